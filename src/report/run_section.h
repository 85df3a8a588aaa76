// One run of a case over time: topology, charts, events, the command that replays it.
#pragma once

#include <string_view>

#include "lab/run.h"
#include "markup.h"
#include "report/html.h"

namespace report {

// `anchor` is unique in the page; `caption` says which of the case's runs this is. Only the first
// seed's runs have a time series to draw; `seeds` is of how many it is one.
void add_run(Markup& page, const lab::RunResult& run, std::string_view anchor,
             std::string_view caption, std::uint64_t seeds, const PageInfo& info);

// "momentum-2, momentum-3"
[[nodiscard]] std::string target_names(const lab::RunResult& run, const lab::FaultRecord& fault);
// "10.31 s" since the load began; "-" for never.
[[nodiscard]] std::string moment(const std::optional<core::Time>& at);

}  // namespace report
