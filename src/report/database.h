// SQLite as this module uses it: statements that are prepared and bound, never text that is pasted
// together, and errors that say what to do.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace report {

struct CloseDatabase {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
};

class Connection {
 public:
  // Waits so long for another writer.
  static constexpr int kPatienceMs = 60'000;

  [[nodiscard]] static core::Result<Connection> open(const std::string& path, int flags);

  // What SQLite says of its last failure.
  [[nodiscard]] core::Error error(std::string_view while_doing) const;
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  // Statements of ours without parameters.
  core::Result<void> execute(const char* sql) const;

 private:
  Connection(std::unique_ptr<sqlite3, CloseDatabase> handle, std::string path)
      : handle_(std::move(handle)), path_(std::move(path)) {}

  std::unique_ptr<sqlite3, CloseDatabase> handle_;
  std::string path_;
};

// One prepared statement; the connection must outlive it. A failure sticks: binding and stepping
// after it do nothing, and the next step() tells it.
class Statement {
 public:
  Statement(const Connection& connection, std::string_view sql);

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view value);

  // True: a row; false: there is no further one.
  [[nodiscard]] core::Result<bool> step();
  // For statements without rows; ready for new values afterwards.
  core::Result<void> run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  const Connection& connection_;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle_;
  bool failed_ = false;
};

// Rolls back when it goes out of scope without commit().
class Transaction {
 public:
  [[nodiscard]] static core::Result<Transaction> begin(const Connection& connection);
  Transaction(Transaction&& other) noexcept : connection_(other.connection_) {
    other.connection_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  core::Result<void> commit();

 private:
  explicit Transaction(const Connection& connection) : connection_(&connection) {}
  const Connection* connection_;
};

}  // namespace report
