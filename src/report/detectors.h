// How good the detectors of anomalies were on the runs of a suite whose controllers saw telemetry.
#pragma once

#include <string>
#include <vector>

#include "json_value.h"
#include "lab/suite.h"
#include "markup.h"

namespace report {

// Summed over all runs that have scores, in the order of the detectors; empty without any, or where
// no fault is among them.
[[nodiscard]] std::vector<lab::DetectorScore> detectors_of(const lab::SuiteResult& suite);
// Nothing, or an array with an object for each.
[[nodiscard]] Json detectors_json(const lab::SuiteResult& suite);
// A section of the page, and of Markdown; nothing without scores.
void add_detectors(Markup& page, const lab::SuiteResult& suite);
[[nodiscard]] std::string detectors_markdown(const lab::SuiteResult& suite);

}  // namespace report
