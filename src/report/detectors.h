// How good the detectors of anomalies were on the runs of a suite whose controllers saw telemetry.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "json_value.h"
#include "lab/suite.h"
#include "markup.h"

namespace report {

struct DetectorRow {
  std::string name;
  monitor::Score score;    // over all those runs
  std::uint64_t runs = 0;  // that were long enough for the detector to judge
};
// Without the runs of the comparison, which are too short to tell anything. In the order of the
// detectors; empty where none was held against any fault.
[[nodiscard]] std::vector<DetectorRow> detectors_of(const lab::SuiteResult& suite);
// Nothing, or an array with an object for each.
[[nodiscard]] Json detectors_json(const lab::SuiteResult& suite);
// A section of the page, and of Markdown; nothing without scores.
void add_detectors(Markup& page, const lab::SuiteResult& suite);
[[nodiscard]] std::string detectors_markdown(const lab::SuiteResult& suite);

}  // namespace report
