// The result of a suite as JUnit XML: what continuous integration shows.
//
// A test suite for the whole, a test case for every case, classname its pattern, time the wall time
// of its runs. A case that failed has a failure with its explanation; an inconclusive one is
// skipped, with what is missing: it neither passed nor failed.
#pragma once

#include <string>

#include "lab/suite.h"

namespace report {

// UTF-8, ends with a newline. Text of scenarios is escaped; bad UTF-8 and control characters become
// U+FFFD.
[[nodiscard]] std::string suite_junit(const lab::SuiteResult& suite);

}  // namespace report
