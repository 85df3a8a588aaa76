#include "core/check.h"

#include <cstdio>
#include <cstdlib>

namespace core {
namespace {
// The one mutable static of the deterministic set: it is read only when the program is ending.
constinit CheckHandler handler_ = nullptr;
}  // namespace

void set_check_handler(CheckHandler handler) {
  handler_ = handler;
}

void check_failed(std::string_view what, std::source_location where) {
  std::fprintf(stderr, "internal check failed: %.*s\n  at %s:%u in %s\n",
               static_cast<int>(what.size()), what.data(), where.file_name(), where.line(),
               where.function_name());
  if (handler_ != nullptr) {
    const CheckHandler handler = handler_;
    handler_ = nullptr;
    handler();
  }
  std::fflush(nullptr);
  std::_Exit(5);
}

}  // namespace core
