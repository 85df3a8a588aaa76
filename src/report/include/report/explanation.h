// Why a case did not pass, for a person.
#pragma once

#include <string>
#include <string_view>

#include "lab/suite.h"

namespace report {

// Five lines, each ended: what failed, when, who was there, the last fault before it, the command
// that replays it. `program` is how the user calls Muster. Without a run that failed (an objective
// over seeds, a comparison of variants) two: what, and the command that runs the case.
[[nodiscard]] std::string explanation(const lab::CaseResult& result, std::string_view program);

}  // namespace report
