// The size of a pool, decided from signals: pure, it acts on nothing.
//
// decide() takes what is known now and returns the size the pool should have, with the reason in
// words and numbers. The order of rules: the largest recommendation; the hard bounds;
// stabilisation; pace; cooldown; what the provider can start. Signals that are missing never shrink
// a pool.
//
// A smaller size names how many agents to retire. To retire is to drain: nothing new is assigned,
// and the agent ends when it has nothing left (drain.h). The policy never asks to end a busy one.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "scaling/config.h"
#include "scaling/forecaster.h"
#include "scaling/signals.h"

namespace scaling {

// What decided the size.
enum class Rule : std::uint8_t {
  kSteady,         // no rule asks for a change, or less than the tolerance
  kMetric,         //
  kConcurrency,    //
  kPanic,          //
  kForecast,       //
  kVolatility,     //
  kLeast,          // the lower bound
  kMost,           // the upper bound
  kStabilisation,  // a recommendation of the window forbids to follow the present one
  kPace,           //
  kPanicExit,      // on the way down after a panic
  kCooldown,       //
  kStartCapacity,  // the provider cannot start more at a time
  kMissing,        // a signal is missing: no shrinking
};
constexpr Rule last_value(Rule) {
  return Rule::kMissing;
}
// "steady", "metric", ... "start_capacity", "missing"
[[nodiscard]] std::string_view name_of(Rule rule);

struct Decision {
  core::Time at{};
  std::uint32_t before = 0;   // the size decided last, or found at the start
  std::uint32_t desired = 0;  // ready and starting agents that the pool should have
  std::uint32_t create = 0;   // to start now: desired - ready - starting, if positive
  std::uint32_t retire = 0;   // to drain now: ready + starting - desired, if positive
  Rule rule = Rule::kSteady;
  bool panic = false;
  // What each rule asked for; none: the rule is not configured or its signal is missing.
  std::optional<std::uint32_t> by_metric;
  std::optional<std::uint32_t> by_concurrency;
  std::optional<std::uint32_t> by_forecast;
  std::optional<std::uint32_t> by_volatility;
  std::string reason;
  MUSTER_FIELDS(Decision, at, before, desired, create, retire, rule, panic, by_metric,
                by_concurrency, by_forecast, by_volatility, reason)
};

class Scaler {
 public:
  Scaler() = default;
  // `size`: the size decided last, where a store has kept it; otherwise the pool is taken to have
  // the size that the first signals show. Error: validate(config) refuses it.
  static core::Result<Scaler> make(Config config, std::optional<std::uint32_t> size = std::nullopt);

  // REQUIRES signals.now not before that of the last call.
  Decision decide(const Signals& signals);

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const Forecaster& forecaster() const { return forecaster_; }
  [[nodiscard]] bool in_panic() const { return panic_since_.has_value(); }

  struct Recommendation {
    core::Time at{};
    std::uint32_t size = 0;
    MUSTER_FIELDS(Recommendation, at, size)
  };
  struct Change {
    core::Time at{};
    std::int64_t agents = 0;
    MUSTER_FIELDS(Change, at, agents)
  };
  struct Arrivals {
    core::Time at{};
    std::uint64_t total = 0;
    MUSTER_FIELDS(Arrivals, at, total)
  };

 private:
  struct Proposal;
  void begin(const Signals& signals);
  void learn_arrivals(const Signals& signals);
  // What each rule recommends (recommend.cc).
  [[nodiscard]] std::optional<std::uint32_t> by_metric(const MetricRule& rule,
                                                       const Signals& signals,
                                                       Proposal& proposal) const;
  [[nodiscard]] std::optional<std::uint32_t> by_metrics(const Signals& signals,
                                                        Proposal& proposal) const;
  std::optional<std::uint32_t> by_concurrency(const Signals& signals, Proposal& proposal);
  void update_panic(std::uint64_t wanted, const Signals& signals);
  [[nodiscard]] std::optional<double> arrivals_a_second(core::Duration window) const;
  [[nodiscard]] std::uint64_t lasting_milli(const WindowLoad& load, core::Duration window,
                                            const Signals& signals) const;
  [[nodiscard]] std::optional<std::uint32_t> by_forecast(const Signals& signals,
                                                         Proposal& proposal);
  std::optional<std::uint32_t> by_volatility(const Signals& signals, Proposal& proposal);
  // What may become of a recommendation (scaler.cc), in this order.
  void combine(const Decision& decision, Proposal& proposal) const;
  void bound(Proposal& proposal) const;
  void remember(core::Time now, std::uint32_t size);
  void stabilise(Proposal& proposal) const;
  void limit_pace(core::Time now, Proposal& proposal);
  void cool_down(core::Time now, Proposal& proposal) const;
  void limit_starts(const Signals& signals, Proposal& proposal) const;

  Config config_;
  Forecaster forecaster_;
  bool begun_ = false;
  std::optional<std::uint32_t> found_;
  std::uint32_t size_ = 0;
  core::Time last_call_{};
  std::optional<core::Time> changed_;
  // The recommendations of the windows that can still be the greatest (least): sizes descending
  // (ascending), so never more than there are sizes.
  std::deque<Recommendation> highs_;
  std::deque<Recommendation> lows_;
  std::deque<Change> changes_;  // within the longest pace period
  std::optional<core::Time> panic_since_;
  core::Time panic_last_above_{};
  std::uint32_t panic_highest_ = 0;
  bool leaving_panic_ = false;
  std::optional<std::uint32_t> volatility_size_;
  // Totals of arrivals: what the forecaster has learnt up to, and those of the stable window.
  std::optional<Arrivals> learnt_;
  std::deque<Arrivals> recent_;

 public:
  MUSTER_FIELDS(Scaler, config_, forecaster_, begun_, found_, size_, last_call_, changed_, highs_,
                lows_, changes_, panic_since_, panic_last_above_, panic_highest_, leaving_panic_,
                volatility_size_, learnt_, recent_)
};

}  // namespace scaling
