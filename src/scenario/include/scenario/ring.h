// A ring as a scenario declares it: stages in order, spares, and how the links between them behave.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/fields.h"
#include "core/time.h"

namespace scenario {

enum class Duty : std::uint8_t { kCollect, kAnalyse, kApprove, kExecute };
constexpr Duty last_value(Duty) {
  return Duty::kExecute;
}
// The word in a file, and the capability that a pool must declare for it: "analyse".
std::string_view name_of(Duty duty);

// Loaded stages satisfy: all duties once and in order over the ring; the pool exists, has an agent
// and declares the duties as capabilities; the last stage executes and does nothing else; the one
// before it approves.
struct Stage {
  std::string pool;
  std::vector<Duty> duties;  // key `does`
  core::Duration cpu = core::milliseconds(1);
  core::Duration wait = core::milliseconds(2);
  MUSTER_FIELDS(Stage, pool, duties, cpu, wait)
};

// Of each link between two stages. See the contract of swarm::Breaker.
struct LinkBreaker {
  core::Duration window = core::seconds(2);
  std::uint32_t min_calls = 5;
  std::int64_t failures_ppm = 500'000;
  core::Duration deadline = core::milliseconds(250);
  core::Duration open_for = core::seconds(1);
  std::uint32_t probes = 2;
  MUSTER_FIELDS(LinkBreaker, window, min_calls, failures_ppm, deadline, open_for, probes)
};

struct RingSpec {
  std::vector<Stage> stages;        // at least three: that many vote
  std::vector<std::string> spares;  // pools; each can stand in for at least one stage
  std::uint32_t credits = 8;        // items that may be with the next stage, for each link
  bool ordered = true;              // default: where each stage has one agent
  core::Duration stitch_after = core::seconds(1);  // that a stage has nobody
  LinkBreaker breaker;
  MUSTER_FIELDS(RingSpec, stages, spares, credits, ordered, stitch_after, breaker)
};

}  // namespace scenario
