// Runs on several threads: no run knows of another.
#pragma once

#include <cstddef>
#include <functional>

namespace cli {

// Calls body(0) … body(count - 1) on `jobs` threads; stops handing out work after an interrupt.
void for_each(std::size_t jobs, std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace cli
