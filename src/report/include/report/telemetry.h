// Runs for other programs' eyes: Prometheus' text format, and OpenTelemetry traces as OTLP/JSON.
#pragma once

#include <string>

#include "lab/spans.h"
#include "lab/suite.h"

namespace report {

// Prometheus text exposition format, version 0.0.4: metrics, invariants and faults of every run,
// labelled with scenario, variant, seed and build. Names of scenarios are escaped as labels.
[[nodiscard]] std::string suite_prometheus(const lab::SuiteResult& suite);

// An ExportTraceServiceRequest of OTLP 1.x in its JSON encoding, one line: one trace for each task,
// a resource for each node. Times are virtual, counted from the epoch 1970; identifiers come from
// the run's name, so that the same run gives the same bytes.
[[nodiscard]] std::string run_otlp(const lab::RunResult& run, const lab::Spans& spans);

}  // namespace report
