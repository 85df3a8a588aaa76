// What an agent did on its way from an assignment to a result.
#pragma once

#include "market/authority.h"
#include "strategy/observation.h"
#include "strategy/risk.h"
#include "swarm/task.h"
#include "world/trace.h"

namespace agent {

struct DecisionMade {
  static constexpr world::TraceKind kKind = 0x0500;
  static constexpr std::string_view kName = "agent.decided";
  swarm::TaskId task;
  swarm::Attempt attempt = 0;
  strategy::Reason reason = strategy::Reason::kNoSignal;
  std::int64_t signal_millionths = 0;
  std::uint32_t legs = 0;
  strategy::Verdict risk = strategy::Verdict::kApproved;
  MUSTER_FIELDS(DecisionMade, task, attempt, reason, signal_millionths, legs, risk)
};

struct OrderSent {
  static constexpr world::TraceKind kKind = 0x0501;
  static constexpr std::string_view kName = "agent.ordered";
  market::Authority authority;
  bool again = false;  // a repetition with the same key
  MUSTER_FIELDS(OrderSent, authority, again)
};

struct OutcomeSeen {
  static constexpr world::TraceKind kKind = 0x0502;
  static constexpr std::string_view kName = "agent.outcome";
  market::IdempotencyKey key;
  market::Quantity filled;
  bool repeat = false;  // an earlier attempt's order: adopted
  MUSTER_FIELDS(OutcomeSeen, key, filled, repeat)
};

// How good the strategy's forecasts have been, before it decided.
struct ForecastJudged {
  static constexpr world::TraceKind kKind = 0x0504;
  static constexpr std::string_view kName = "agent.forecast_judged";
  std::uint64_t forecasts = 0;
  std::int64_t error_millionths = 0;  // of the naive forecast's error
  MUSTER_FIELDS(ForecastJudged, forecasts, error_millionths)
};

// The node's store does not add up; it takes no further part.
struct AgentFailed {
  static constexpr world::TraceKind kKind = 0x0503;
  static constexpr std::string_view kName = "agent.failed";
  std::string reason;
  MUSTER_FIELDS(AgentFailed, reason)
};

}  // namespace agent
