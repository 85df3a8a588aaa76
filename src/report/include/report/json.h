// The result of a suite as one JSON object: what `test --json` and `report --json` print.
//
// The shape is schema/report.schema.json. Keys have a fixed order, and numbers have at most nine
// significant digits: enough for a person or a chart, and equal on machines with and without fused
// multiply-add, so that everything but the wall times can be compared byte for byte.
#pragma once

#include <string>
#include <vector>

#include "lab/suite.h"

namespace report {

// One line of UTF-8 without a newline at its end. Names that are not UTF-8 have their bad bytes
// replaced. Numbers that do not exist (an interval of few runs, an infinite estimate) are null.
// `warnings`: what the user must know of the whole; the key is absent where there is nothing.
[[nodiscard]] std::string suite_json(const lab::SuiteResult& suite,
                                     const std::vector<std::string>& warnings = {});

// The same with one key more, "records": suite_record() of it, from which suite_of_record() reads
// the suite back. What `report --json` prints.
[[nodiscard]] std::string stored_json(const lab::SuiteResult& suite);

}  // namespace report
