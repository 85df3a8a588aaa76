// Which program this is: part of every run's name, so that a replay knows whether it is the same.
#pragma once

#include <string_view>

namespace cli {

// Ten hexadecimal digits of a hash over the sources that the program is made of: equal for equal
// sources, whatever the compiler, the machine and the commit.
[[nodiscard]] std::string_view build_identity();

}  // namespace cli
