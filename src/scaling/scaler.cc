#include "scaling/scaler.h"

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "proposal.h"

namespace scaling {
namespace {

// Of `percent` of `size`, the next whole agent.
std::uint64_t percent_of(std::uint64_t size, std::uint32_t percent) {
  return (size * percent + 99) / 100;
}

std::uint64_t allowance(const Pace& pace, std::uint64_t size_then) {
  return std::max<std::uint64_t>(pace.agents, percent_of(size_then, pace.percent));
}

}  // namespace

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::kSteady:
      return "steady";
    case Rule::kMetric:
      return "metric";
    case Rule::kConcurrency:
      return "concurrency";
    case Rule::kPanic:
      return "panic";
    case Rule::kForecast:
      return "forecast";
    case Rule::kVolatility:
      return "volatility";
    case Rule::kLeast:
      return "least";
    case Rule::kMost:
      return "most";
    case Rule::kStabilisation:
      return "stabilisation";
    case Rule::kPace:
      return "pace";
    case Rule::kPanicExit:
      return "panic_exit";
    case Rule::kCooldown:
      return "cooldown";
    case Rule::kStartCapacity:
      return "start_capacity";
    case Rule::kMissing:
      return "missing";
  }
  return "unknown";
}

core::Result<Scaler> Scaler::make(Config config, std::optional<std::uint32_t> size) {
  TRY_VOID(validate(config));
  Scaler scaler;
  if (config.forecast) {
    scaler.forecaster_ = Forecaster(*config.forecast);
  }
  scaler.config_ = std::move(config);
  scaler.found_ = size;
  return scaler;
}

Decision Scaler::decide(const Signals& signals) {
  core::check(!begun_ || signals.now >= last_call_, "time does not go back between decisions");
  if (!begun_) {
    begin(signals);
  }
  last_call_ = signals.now;
  learn_arrivals(signals);
  Decision decision;
  decision.at = signals.now;
  decision.before = size_;
  Proposal proposal;
  if (!config_.metrics.empty()) {
    decision.by_metric = by_metrics(signals, proposal);
  }
  if (config_.concurrency) {
    decision.by_concurrency = by_concurrency(signals, proposal);
  }
  if (config_.forecast) {
    decision.by_forecast = by_forecast(signals, proposal);
  }
  if (config_.volatility) {
    decision.by_volatility = by_volatility(signals, proposal);
  }
  combine(decision, proposal);
  bound(proposal);
  remember(signals.now, proposal.size);
  stabilise(proposal);
  limit_pace(signals.now, proposal);
  cool_down(signals.now, proposal);
  limit_starts(signals, proposal);
  bound(proposal);
  if (proposal.size != size_) {
    changes_.push_back({signals.now, std::int64_t{proposal.size} - std::int64_t{size_}});
    changed_ = signals.now;
    size_ = proposal.size;
  }
  const std::uint64_t there = std::uint64_t{signals.ready} + signals.starting;
  decision.desired = size_;
  decision.create = static_cast<std::uint32_t>(size_ > there ? size_ - there : 0);
  if (signals.start_capacity) {
    const std::uint32_t capacity = *signals.start_capacity;
    decision.create =
        std::min(decision.create, capacity > signals.starting ? capacity - signals.starting : 0);
  }
  decision.retire = static_cast<std::uint32_t>(there > size_ ? there - size_ : 0);
  decision.rule = proposal.rule;
  decision.panic = in_panic();
  decision.reason = std::to_string(decision.before) + " -> " + std::to_string(size_) + " by " +
                    std::string(name_of(proposal.rule)) + ": " + proposal.reason;
  return decision;
}

// What is found at the start counts as recommended then, so that lost history shrinks nothing.
void Scaler::begin(const Signals& signals) {
  begun_ = true;
  size_ = found_.value_or(signals.ready + signals.starting);
  remember(signals.now, size_);
}

void Scaler::learn_arrivals(const Signals& signals) {
  if (!signals.arrivals) {
    return;
  }
  const Arrivals seen{signals.now, *signals.arrivals};
  if (learnt_ && seen.total < learnt_->total) {
    learnt_.reset();
    recent_.clear();
  }
  if (config_.concurrency) {
    if (recent_.empty() || recent_.back().at < seen.at) {
      recent_.push_back(seen);
    }
    // One total at or before the beginning of the window stays.
    while (recent_.size() > 2 && seen.at - recent_[1].at >= config_.concurrency->stable_window) {
      recent_.pop_front();
    }
  }
  if (!learnt_) {
    learnt_ = seen;
  }
  if (!config_.forecast || seen.at - learnt_->at < config_.forecast->bin) {
    return;
  }
  const core::Duration elapsed = seen.at - learnt_->at;
  const double rate = static_cast<double>(seen.total - learnt_->total) / core::to_seconds(elapsed);
  constexpr std::int64_t kMostBinsAtOnce = 1'000;
  const std::int64_t bins =
      std::min<std::int64_t>(elapsed / config_.forecast->bin, kMostBinsAtOnce);
  for (std::int64_t bin = 0; bin < bins; ++bin) {
    forecaster_.observe(rate);
  }
  if (bins == kMostBinsAtOnce) {
    learnt_ = seen;
    return;
  }
  // What is over belongs to the next bin, or bins would drift against the season.
  const core::Duration taken = bins * config_.forecast->bin;
  learnt_->at += taken;
  learnt_->total += static_cast<std::uint64_t>(rate * core::to_seconds(taken));
}

void Scaler::combine(const Decision& decision, Proposal& proposal) const {
  proposal.size = size_;
  std::optional<std::uint32_t> most;
  const auto consider = [&](const std::optional<std::uint32_t>& size, Rule rule) {
    if (size && (!most || *size > *most)) {
      most = size;
      proposal.rule = rule;
    }
  };
  consider(decision.by_metric, Rule::kMetric);
  consider(decision.by_concurrency, in_panic() ? Rule::kPanic : Rule::kConcurrency);
  consider(decision.by_forecast, Rule::kForecast);
  consider(decision.by_volatility, Rule::kVolatility);
  proposal.size = most.value_or(size_);
  if (proposal.missing && proposal.size <= size_) {
    proposal.limit(size_, Rule::kMissing, "signals are missing, so it does not shrink");
  } else if (proposal.size == size_ && proposal.rule != Rule::kPanic) {
    proposal.rule = Rule::kSteady;
  }
}

void Scaler::bound(Proposal& proposal) const {
  if (proposal.size < config_.least) {
    proposal.limit(config_.least, Rule::kLeast, "at least " + std::to_string(config_.least));
  } else if (proposal.size > config_.most) {
    proposal.limit(config_.most, Rule::kMost, "at most " + std::to_string(config_.most));
  }
}

void Scaler::remember(core::Time now, std::uint32_t size) {
  while (!highs_.empty() && highs_.front().at <= now - config_.stabilise_down) {
    highs_.pop_front();
  }
  while (!highs_.empty() && highs_.back().size <= size) {
    highs_.pop_back();
  }
  highs_.push_back({now, size});
  while (!lows_.empty() && lows_.front().at <= now - config_.stabilise_up) {
    lows_.pop_front();
  }
  while (!lows_.empty() && lows_.back().size >= size) {
    lows_.pop_back();
  }
  lows_.push_back({now, size});
}

void Scaler::stabilise(Proposal& proposal) const {
  const std::uint32_t down_to = std::min(size_, highs_.front().size);
  const std::uint32_t up_to = std::max(size_, lows_.front().size);
  if (proposal.size < down_to) {
    proposal.limit(down_to, Rule::kStabilisation,
                   std::to_string(highs_.front().size) + " was recommended within the last " +
                       core::seconds_text(config_.stabilise_down));
  } else if (proposal.size > up_to && !in_panic()) {
    proposal.limit(up_to, Rule::kStabilisation,
                   "only " + std::to_string(lows_.front().size) +
                       " was recommended within the last " +
                       core::seconds_text(config_.stabilise_up));
  }
}

void Scaler::limit_pace(core::Time now, Proposal& proposal) {
  if (proposal.size >= size_) {
    const bool waits = proposal.rule == Rule::kStabilisation || proposal.rule == Rule::kMissing;
    leaving_panic_ = leaving_panic_ && waits;
  }
  const core::Duration longest =
      std::max({config_.up.period, config_.down.period, config_.exit.period});
  while (!changes_.empty() && changes_.front().at <= now - longest) {
    changes_.pop_front();
  }
  const bool grows = proposal.size > size_;
  if (proposal.size == size_ || (grows && in_panic())) {
    return;
  }
  const Pace& pace = grows ? config_.up : leaving_panic_ ? config_.exit : config_.down;
  std::uint64_t moved = 0;
  for (const Change& change : changes_) {
    if (change.at > now - pace.period && (change.agents > 0) == grows) {
      moved += static_cast<std::uint64_t>(grows ? change.agents : -change.agents);
    }
  }
  const std::uint64_t then = grows ? size_ - std::min<std::uint64_t>(moved, size_) : size_ + moved;
  const std::uint64_t allowed = allowance(pace, then);
  const std::uint64_t left = allowed > moved ? allowed - moved : 0;
  const std::uint64_t wanted = grows ? proposal.size - size_ : size_ - proposal.size;
  if (wanted > left) {
    const auto step = static_cast<std::uint32_t>(left);
    proposal.limit(grows ? size_ + step : size_ - step,
                   !grows && leaving_panic_ ? Rule::kPanicExit : Rule::kPace,
                   "at most " + std::to_string(allowed) + (grows ? " more" : " fewer") + " in " +
                       core::seconds_text(pace.period));
  }
}

void Scaler::cool_down(core::Time now, Proposal& proposal) const {
  if (!changed_ || proposal.size == size_) {
    return;
  }
  const core::Duration wait = proposal.size > size_ ? config_.cooldown_up : config_.cooldown_down;
  if (now - *changed_ < wait) {
    proposal.limit(size_, Rule::kCooldown,
                   "changed " + core::seconds_text(now - *changed_) + " ago, cooldown " +
                       core::seconds_text(wait));
  }
}

void Scaler::limit_starts(const Signals& signals, Proposal& proposal) const {
  if (!signals.start_capacity || proposal.size <= size_) {
    return;
  }
  const std::uint64_t starting = std::max(signals.starting, *signals.start_capacity);
  const std::uint64_t reach = std::max<std::uint64_t>(size_, signals.ready + starting);
  if (proposal.size > reach) {
    proposal.limit(static_cast<std::uint32_t>(reach), Rule::kStartCapacity,
                   "the provider starts " + std::to_string(*signals.start_capacity) +
                       " at a time and " + std::to_string(signals.starting) + " are starting");
  }
}

}  // namespace scaling
