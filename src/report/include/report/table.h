// A plain table with columns as wide as they must be.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace report {

class Table {
 public:
  explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}
  // REQUIRES as many cells as the head has. Control characters become U+FFFD: a name of a scenario
  // cannot write escapes to a terminal.
  void add(std::vector<std::string> row);
  // Without rows: nothing.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> head_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace report
