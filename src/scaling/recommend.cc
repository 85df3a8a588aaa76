// What each rule recommends.
#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "proposal.h"
#include "scaling/scaler.h"

namespace scaling {
namespace {

// Above what any rule means; keeps every product of what follows within 64 bits.
constexpr std::uint64_t kMostMilli = 1'000'000'000'000;
constexpr std::uint32_t kMostSize = 100'000;
constexpr std::uint32_t kMostLeadBins = 10'000;

std::uint32_t to_size(std::uint64_t agents) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(agents, kMostSize));
}

std::uint64_t divide_up(std::uint64_t value, std::uint64_t by) {
  return (value + by - 1) / by;
}

// The least whole number that is not below, but for rounding.
std::uint32_t ceiling(double agents) {
  constexpr double kRounding = 1e-9;
  if (agents >= kMostSize) {
    return kMostSize;
  }
  const double least = agents - kRounding;
  const auto whole = static_cast<std::uint32_t>(least > 0 ? least : 0);
  return static_cast<double>(whole) < least ? whole + 1 : whole;
}

// Is `load` so far from what `size` agents of `target` should have that it counts?
bool beyond(std::uint64_t load, std::uint64_t size, std::uint64_t target,
            const Tolerance& tolerance) {
  const std::uint64_t right = size * target;
  if (load > right) {
    return load * 1'000 > right * (1'000 + tolerance.up_permille);
  }
  return load * 1'000 < right * (1'000 - tolerance.down_permille);
}

}  // namespace

std::optional<std::uint32_t> Scaler::by_metric(const MetricRule& rule, const Signals& signals,
                                               Proposal& proposal) const {
  const auto found = std::ranges::find(signals.metrics, rule.name, &Metric::name);
  if (found == signals.metrics.end() || found->reporting == 0 || found->sum.thousandths < 0) {
    proposal.miss("metric " + rule.name + ": no agent reported it");
    return std::nullopt;
  }
  if (found->sum.unit != rule.unit) {
    proposal.miss("metric " + rule.name + " came in " + std::string(name_of(found->sum.unit)) +
                  " instead of " + std::string(name_of(rule.unit)));
    return std::nullopt;
  }
  const auto target = static_cast<std::uint64_t>(rule.target.thousandths);
  const std::uint64_t reporting = std::min(found->reporting, kMostSize);
  const std::uint64_t silent = signals.ready > reporting ? signals.ready - reporting : 0;
  const std::uint64_t absent = std::min<std::uint64_t>(silent + signals.starting, kMostSize);
  const std::uint64_t seen =
      std::min(static_cast<std::uint64_t>(found->sum.thousandths), kMostMilli);
  const bool grows = seen > reporting * target;
  const std::uint64_t load = grows ? seen : seen + absent * target;
  const std::uint64_t agents = reporting + absent;
  std::string text = "metric " + rule.name + ": " +
                     core::decimal_text(static_cast<std::int64_t>(seen), 3) + " over " +
                     std::to_string(reporting) + " agents, target " + text_of(rule.target);
  if (absent > 0) {
    text += ", " + std::to_string(absent) + " without it counted as " +
            (grows ? "idle" : "at the target");
  }
  const bool turned = grows != (load > agents * target);
  const std::uint32_t wanted = to_size(divide_up(load, target));
  if (turned || !beyond(load, agents, target, config_.tolerance) ||
      (grows ? wanted < size_ : wanted > size_)) {
    proposal.note(text + ": stay");
    return size_;
  }
  proposal.note(text + ": " + std::to_string(wanted));
  return wanted;
}

std::optional<std::uint32_t> Scaler::by_metrics(const Signals& signals, Proposal& proposal) const {
  std::optional<std::uint32_t> most;
  for (const MetricRule& rule : config_.metrics) {
    most = std::max(most, by_metric(rule, signals, proposal));
  }
  return most;
}

// The mean rate of the window that ends now; none before there are two totals.
std::optional<double> Scaler::arrivals_a_second(core::Duration window) const {
  if (recent_.size() < 2) {
    return std::nullopt;
  }
  const Arrivals& last = recent_.back();
  auto first = recent_.begin();
  while (std::next(first) + 1 != recent_.end() && last.at - std::next(first)->at >= window) {
    ++first;
  }
  return static_cast<double>(last.total - first->total) / core::to_seconds(last.at - first->at);
}

// The part of what was measured in a window that will last. A backlog that only waits for agents to
// start is not a lasting load.
std::uint64_t Scaler::lasting_milli(const WindowLoad& load, core::Duration window,
                                    const Signals& signals) const {
  const std::uint64_t measured = std::min(*load.concurrency_milli, kMostMilli);
  const std::optional<double> rate = arrivals_a_second(window);
  if (!rate || !signals.service_time || !load.queue_milli) {
    return measured;
  }
  const double service = core::to_seconds(*signals.service_time);
  const double horizon = core::to_seconds(config_.concurrency->backlog_horizon);
  const double part = service < horizon ? service / horizon : 1;
  const std::uint64_t queued = std::min(*load.queue_milli, measured);
  const double lasting = *rate * service + static_cast<double>(queued) * part / 1'000;
  return std::min(measured, std::uint64_t{ceiling(lasting)} * 1'000);
}

void Scaler::update_panic(std::uint64_t wanted, const Signals& signals) {
  const ConcurrencyRule& rule = *config_.concurrency;
  const std::uint64_t ready = std::max<std::uint64_t>(signals.ready, 1);
  if (wanted * 1'000 >= ready * rule.panic_permille) {
    if (!panic_since_) {
      panic_since_ = signals.now;
      panic_highest_ = size_;
      leaving_panic_ = false;
    }
    panic_last_above_ = signals.now;
  } else if (panic_since_ && signals.now - panic_last_above_ > rule.stable_window) {
    panic_since_.reset();
    panic_highest_ = 0;
    leaving_panic_ = true;
  }
}

std::optional<std::uint32_t> Scaler::by_concurrency(const Signals& signals, Proposal& proposal) {
  const ConcurrencyRule& rule = *config_.concurrency;
  if (!signals.stable.concurrency_milli || !signals.panic.concurrency_milli) {
    proposal.miss("concurrency: not measured");
    return panic_since_ ? std::optional(std::max(size_, panic_highest_)) : std::nullopt;
  }
  const std::uint64_t target =
      std::max<std::uint64_t>(rule.tasks_per_agent_milli * rule.target_permille / 1'000, 1);
  const std::uint64_t ready = std::max(signals.ready, 1U);
  const std::uint64_t floor = signals.ready / rule.fastest_shrink;
  const std::uint64_t ceiling_size = ready * rule.fastest_growth;
  const std::uint64_t slow = lasting_milli(signals.stable, rule.stable_window, signals);
  const std::uint64_t fast = lasting_milli(signals.panic, rule.panic_window, signals);
  const std::uint64_t fast_size = divide_up(fast, target);
  update_panic(fast_size, signals);
  std::uint32_t wanted = size_;
  if (beyond(slow, size_, target, config_.tolerance)) {
    wanted = to_size(std::clamp(divide_up(slow, target), floor, ceiling_size));
  }
  std::string text = "concurrency " + core::decimal_text(static_cast<std::int64_t>(slow), 3) +
                     " in the stable window, " +
                     core::decimal_text(static_cast<std::int64_t>(fast), 3) +
                     " in the panic window, target " +
                     core::decimal_text(static_cast<std::int64_t>(target), 3) + " an agent";
  if (panic_since_) {
    const std::uint32_t urgent = to_size(std::clamp(fast_size, floor, ceiling_size));
    panic_highest_ = std::max({panic_highest_, wanted, urgent, size_});
    wanted = panic_highest_;
    text += ", panic since " + core::seconds_text(signals.now - *panic_since_);
  }
  proposal.note(text + ": " + std::to_string(wanted));
  return wanted;
}

std::optional<std::uint32_t> Scaler::by_forecast(const Signals& signals, Proposal& proposal) {
  const ForecastRule& rule = *config_.forecast;
  if (!signals.arrivals || !signals.service_time || !forecaster_.ready()) {
    proposal.miss(std::string("forecast: ") + (!signals.arrivals ? "arrivals are not measured"
                                               : !signals.service_time
                                                   ? "the service time is not measured"
                                                   : "too little was seen"));
    return std::nullopt;
  }
  const core::Duration cold_start =
      std::max(signals.cold_start_p95.value_or(rule.assumed_cold_start), core::Duration{});
  const std::int64_t bins = (cold_start + rule.bin - core::Duration(1)) / rule.bin + 1;
  const auto lead =
      static_cast<std::uint32_t>(std::min<std::int64_t>(bins, std::int64_t{kMostLeadBins}));
  double rate = 0;
  for (std::uint32_t bin = 1; bin <= lead; ++bin) {
    rate = std::max(rate, forecaster_.upper(bin));
  }
  forecaster_.keep(lead);
  const double utilisation = static_cast<double>(rule.utilisation_permille) / 1'000;
  const std::uint32_t wanted =
      ceiling(rate * core::to_seconds(*signals.service_time) / utilisation);
  proposal.note("forecast " + core::decimal_text(static_cast<std::int64_t>(rate * 1'000), 3) +
                " tasks/s within " + core::seconds_text(rule.bin * lead) + " (cold start p95 " +
                core::seconds_text(cold_start) + (signals.cold_start_p95 ? "" : ", assumed") +
                "), service " + core::seconds_text(*signals.service_time) + ": " +
                std::to_string(wanted));
  return wanted;
}

std::optional<std::uint32_t> Scaler::by_volatility(const Signals& signals, Proposal& proposal) {
  const VolatilityRule& rule = *config_.volatility;
  if (!signals.volatility || signals.volatility->unit != rule.unit) {
    proposal.miss(!signals.volatility
                      ? std::string("volatility: not measured")
                      : "volatility came in " + std::string(name_of(signals.volatility->unit)) +
                            " instead of " + std::string(name_of(rule.unit)));
    return std::nullopt;
  }
  const std::int64_t value = signals.volatility->thousandths;
  const auto size_at = [&](const Quantity& low, const Quantity& high) {
    const std::int64_t width = high.thousandths - low.thousandths;
    const auto above =
        static_cast<std::uint64_t>(std::clamp(value - low.thousandths, std::int64_t{0}, width));
    return config_.least + to_size(divide_up(above * (config_.most - config_.least),
                                             static_cast<std::uint64_t>(width)));
  };
  const std::uint32_t grown = size_at(rule.grow_low, rule.grow_high);
  const std::uint32_t shrunk = size_at(rule.shrink_low, rule.shrink_high);
  volatility_size_ = std::clamp(volatility_size_.value_or(grown), grown, shrunk);
  proposal.note("volatility " + text_of(*signals.volatility) + ", grows from " +
                core::decimal_text(rule.grow_low.thousandths, 3) + " to " +
                core::decimal_text(rule.grow_high.thousandths, 3) + ": " +
                std::to_string(*volatility_size_));
  return volatility_size_;
}

}  // namespace scaling
