// What the page's script needs to draw a run over time.
#pragma once

#include <string>
#include <vector>

#include "json_value.h"
#include "lab/run.h"

namespace report {

// A change of leadership, numbered on the time axis and in the list of events beside it.
struct Flag {
  std::size_t milestone = 0;  // index in RunResult::milestones
  std::size_t number = 0;     // from 1
};
[[nodiscard]] std::vector<Flag> leadership_flags(const lab::RunResult& run);

// Seconds since the load began; negative before.
[[nodiscard]] double since_load(core::Time at);

// The run over time: goodput, offered load and latency, faults as bands, changes of leadership.
//
// Bins are merged until one has about ten tasks, or lasts a second: a bin of one task shows noise,
// not a rate.
[[nodiscard]] Json chart_data(const lab::RunResult& run);

// The same as text that may stand inside a script element: it has no `<`, `>` or `&`, and nothing
// beyond ASCII.
[[nodiscard]] std::string chart_json(const lab::RunResult& run);

}  // namespace report
