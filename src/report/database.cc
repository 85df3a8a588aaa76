#include "database.h"

#include <limits>
#include <utility>

namespace report {

core::Result<Connection> Connection::open(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Connection connection(std::unique_ptr<sqlite3, CloseDatabase>(raw), path);
  if (code != SQLITE_OK) {
    return std::unexpected(connection.error("opened"));
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kPatienceMs);
  return connection;
}

core::Error Connection::error(std::string_view while_doing) const {
  const int code = handle_ ? sqlite3_extended_errcode(handle_.get()) : SQLITE_NOMEM;
  const std::string said = handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory";
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {core::Code::kCorrupt,
              path_ + ": is damaged or no results database (" + said +
                  "); it was left as it is: move it away, or name another file with --store"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {core::Code::kUnavailable,
              path_ + ": another program has been writing for too long; try again later"};
    default:
      return {core::Code::kIo,
              path_ + ": cannot be " + std::string(while_doing) + ": " + said +
                  "; check the folder and its permissions, or name another file with --store"};
  }
}

core::Result<void> Connection::execute(const char* sql) const {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(error("used"));
  }
  return {};
}

Statement::Statement(const Connection& connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* raw = nullptr;
  failed_ = sqlite3_prepare_v2(connection.handle(), sql.data(), static_cast<int>(sql.size()), &raw,
                               nullptr) != SQLITE_OK;
  handle_.reset(raw);
}

Statement& Statement::bind(int index, std::int64_t value) {
  failed_ = failed_ || sqlite3_bind_int64(handle_.get(), index, value) != SQLITE_OK;
  return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
  failed_ = failed_ || sqlite3_bind_text64(handle_.get(), index, value.data(), value.size(),
                                           SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK;
  return *this;
}

core::Result<bool> Statement::step() {
  const int code = failed_ ? SQLITE_ERROR : sqlite3_step(handle_.get());
  if (code == SQLITE_ROW || code == SQLITE_DONE) {
    return code == SQLITE_ROW;
  }
  failed_ = true;
  return std::unexpected(connection_.error("used"));
}

core::Result<void> Statement::run() {
  const auto stepped = step();
  if (!stepped) {
    return std::unexpected(stepped.error());
  }
  sqlite3_reset(handle_.get());
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(bytes, bytes + static_cast<std::size_t>(size));
}

core::Result<Transaction> Transaction::begin(const Connection& connection) {
  TRY_VOID(connection.execute("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ != nullptr) {
    static_cast<void>(connection_->execute("ROLLBACK"));
  }
}

core::Result<void> Transaction::commit() {
  TRY_VOID(connection_->execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

}  // namespace report
