// The command that runs one run again.
#pragma once

#include <string>
#include <string_view>

#include "lab/run.h"

namespace report {

// "muster replay mesh-basic@1#5f0c2a91", for a shell: quoted where it must be. `program` is how the
// user calls Muster.
[[nodiscard]] std::string replay_command(const lab::RunResult& run, std::string_view program);

}  // namespace report
