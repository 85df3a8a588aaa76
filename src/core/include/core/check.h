// The channel for bugs: a condition that only a defect in Muster can make false.
//
// check() is on in every build. When it fails, the program prints where and why, lets the one
// registered handler add what it knows (the run's seed and virtual time), and ends with exit
// code 5.
#pragma once

#include <source_location>
#include <string_view>

namespace core {

// Called once, before the program ends, to print context. It must not fail or allocate much.
using CheckHandler = void (*)();

// Registers the handler; nullptr removes it. For composition roots only.
void set_check_handler(CheckHandler handler);

[[noreturn]] void check_failed(std::string_view what, std::source_location where);

constexpr void check(bool condition, std::string_view what,
                     std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]] {
    check_failed(what, where);
  }
}

}  // namespace core
