// The result of a suite as Markdown tables, for a page of results.
#pragma once

#include <string>

#include "lab/suite.h"

namespace report {

// It names the command, the seeds, the hash of the fault schedules and the build that made it.
// Names of scenarios are escaped, so that they stay in their cell.
[[nodiscard]] std::string suite_markdown(const lab::SuiteResult& suite);

}  // namespace report
