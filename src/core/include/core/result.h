// The channel for expected failures: a value or an Error.
//
// Bad input, a missing file, a refused request: these are results, never exceptions, and no
// exception crosses a module. A bug in Muster itself goes through check.h instead. An Error's code
// exists only where a caller would act on it; its message is for a person and says what was wrong,
// where, and what to do next.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace core {

enum class Code {
  kInvalid,      // the input is wrong: fix it
  kNotFound,     // the thing named does not exist
  kCorrupt,      // stored or received bytes do not decode
  kUnavailable,  // the other side cannot answer now: retry or go elsewhere
  kExhausted,    // a limit was reached
  kIo,           // the operating system refused
};

struct Error {
  Code code = Code::kInvalid;
  std::string message;
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace core

// The value of `expression` (a Result), or return its error from the enclosing function.
#define TRY(...)                                              \
  __extension__({                                             \
    auto try_result_ = (__VA_ARGS__);                         \
    if (!try_result_.has_value()) {                           \
      return std::unexpected(std::move(try_result_).error()); \
    }                                                         \
    std::move(try_result_).value();                           \
  })

// The same for Result<void>.
#define TRY_VOID(...)                                         \
  do {                                                        \
    auto try_result_ = (__VA_ARGS__);                         \
    if (!try_result_.has_value()) {                           \
      return std::unexpected(std::move(try_result_).error()); \
    }                                                         \
  } while (false)
