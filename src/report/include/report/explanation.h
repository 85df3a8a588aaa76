// Why a case did not pass, for a person.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lab/suite.h"

namespace report {

// The longest time in which a run did not do its work: seconds in a row in each of which less than
// 95 % of the tasks due were done within the deadline.
struct Outage {
  core::Time from;
  core::Time to;
  std::uint64_t due = 0;
  std::uint64_t missed = 0;  // of those: late, failed, shed or lost
};

// What is known of a run that did not pass.
struct Explanation {
  std::string what;
  std::optional<core::Time> when;    // of the first thing that was wrong; none: no single moment
  std::string who;                   // and whose it was
  std::optional<Outage> worst;       // when there is no single moment
  std::optional<std::size_t> fault;  // the last one before; index in RunResult::faults
};
[[nodiscard]] Explanation explain(const lab::RunResult& run);

// Five lines, each ended: what failed, when, who was there, the last fault before it, the command
// that replays it. `program` is how the user calls Muster. Without a run that failed (an objective
// over seeds, a comparison of variants) two: what, and the command that runs the case.
[[nodiscard]] std::string explanation(const lab::CaseResult& result, std::string_view program);

// "None", or "Critical in RUN: the loss of NAME stops the swarm"; empty where nothing was found
// out.
[[nodiscard]] std::string spof_text(const lab::RunResult& run);

}  // namespace report
