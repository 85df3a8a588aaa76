// What a suite exercised, as a page of its own and as JSON.
#pragma once

#include <string>

#include "lab/coverage.h"

namespace report {

// A table for each pattern, a row a fault, a column a check. Needs no script and no other file.
[[nodiscard]] std::string coverage_html(const lab::Coverage& coverage);
// One line.
[[nodiscard]] std::string coverage_json(const lab::Coverage& coverage);

}  // namespace report
