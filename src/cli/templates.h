// What `new` writes: a commented scenario of each pattern that passes as it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// "mesh", …, "canary", in the order of the suite.
std::vector<std::string> template_names();
// Also with '_' for '-', as the scenario's key has it. Nothing: there is none of that name.
std::optional<std::string> template_of(std::string_view name);

}  // namespace cli
