// The log of a node's process, on standard error. Only what an operator acts on; never payloads or
// keys.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace world_real {

class Log {
 public:
  // `name` begins every line: "node 3/1".
  explicit Log(std::string name);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void info(std::string_view text);
  void warn(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace world_real
