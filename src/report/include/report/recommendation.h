// A recommendation, for people and for machines.
#pragma once

#include <string>

#include "lab/recommend.h"

namespace report {

// The preset's objectives, a line for each candidate, the answer.
[[nodiscard]] std::string recommendation_text(const lab::Recommendation& made);
// One line.
[[nodiscard]] std::string recommendation_json(const lab::Recommendation& made);

}  // namespace report
