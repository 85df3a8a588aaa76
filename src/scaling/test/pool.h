// A pool of agents in virtual time: what it would report of itself, a second at a time, and a
// scaler that is asked every so often. A fluid model: rates and work are exact, nothing is drawn.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <vector>

#include "scaling/scaler.h"

namespace scaling {

inline Scaler make_scaler(Config config) {
  auto scaler = Scaler::make(std::move(config));
  EXPECT_TRUE(scaler.has_value()) << (scaler ? "" : scaler.error().message);
  return scaler ? *std::move(scaler) : Scaler();
}

inline Metric metric(std::string name, std::uint32_t reporting, std::int64_t sum_thousandths,
                     Unit unit = Unit::kFraction) {
  return {std::move(name), reporting, {sum_thousandths, unit}};
}

// A config without any rule: bounds 1 to 10, and nothing that delays.
inline Config prompt() {
  Config config;
  config.stabilise_down = core::Duration{};
  config.up = {100, 100, core::seconds(1)};
  config.down = {100, 100, core::seconds(1)};
  return config;
}

class Pool {
 public:
  Pool(Config config, std::uint32_t agents) : scaler_(make_scaler(std::move(config))) {
    ready_ = agents;
  }

  core::Duration service = core::milliseconds(500);
  core::Duration cold_start = core::seconds(5);
  core::Duration every = core::seconds(2);
  bool tells_arrivals = true;
  std::optional<std::uint32_t> start_capacity;
  std::optional<Quantity> volatility;

  // Runs for this long under a rate of tasks a second, as a function of the time since the start.
  void run(core::Duration time, const std::function<double(double)>& rate) {
    const core::Time until = now_ + time;
    while (now_ < until) {
      second(rate(core::to_seconds(now_.time_since_epoch())));
      if ((now_.time_since_epoch() % every).count() == 0) {
        apply(scaler_.decide(signals()));
      }
    }
  }
  void run(core::Duration time, double rate) {
    run(time, [rate](double) { return rate; });
  }

  [[nodiscard]] const std::vector<Decision>& decisions() const { return decisions_; }
  [[nodiscard]] std::uint32_t ready() const { return ready_; }
  [[nodiscard]] std::uint32_t size() const {
    return ready_ + static_cast<std::uint32_t>(starting_.size());
  }
  [[nodiscard]] double queue() const { return queue_; }
  [[nodiscard]] const Scaler& scaler() const { return scaler_; }
  // How often the size turned from growing to shrinking or back.
  [[nodiscard]] int reversals() const {
    int turns = 0;
    int direction = 0;
    for (const Decision& decision : decisions_) {
      const int now = decision.desired > decision.before   ? 1
                      : decision.desired < decision.before ? -1
                                                           : 0;
      turns += now != 0 && direction != 0 && now != direction ? 1 : 0;
      direction = now != 0 ? now : direction;
    }
    return turns;
  }
  [[nodiscard]] std::uint32_t largest() const {
    std::uint32_t most = 0;
    for (const Decision& decision : decisions_) {
      most = std::max(most, decision.desired);
    }
    return most;
  }

  [[nodiscard]] Signals signals() const {
    Signals signals;
    signals.now = now_;
    signals.ready = ready_;
    signals.starting = static_cast<std::uint32_t>(starting_.size());
    signals.stable = mean(60);
    signals.panic = mean(6);
    if (tells_arrivals) {
      signals.arrivals = static_cast<std::uint64_t>(arrived_);
    }
    signals.service_time = service;
    signals.cold_start_p95 = cold_start;
    signals.start_capacity = start_capacity;
    signals.volatility = volatility;
    signals.metrics = {metric("utilisation", ready_, busy_milli(30))};
    return signals;
  }

 private:
  struct Second {
    double concurrency = 0;
    double queue = 0;
  };

  void second(double rate) {
    now_ += core::seconds(1);
    std::erase_if(starting_, [&](core::Time when) {
      ready_ += when <= now_ ? 1U : 0U;
      return when <= now_;
    });
    arrived_ += rate;
    const double seconds = core::to_seconds(service);
    const double served = std::min(queue_ + rate, ready_ / seconds);
    queue_ += rate - served;
    busy_ = served * seconds;
    history_.push_back({busy_ + queue_, queue_});
  }

  void apply(const Decision& decision) {
    decisions_.push_back(decision);
    for (std::uint32_t i = 0; i < decision.create; ++i) {
      starting_.push_back(now_ + cold_start);
    }
    for (std::uint32_t i = 0; i < decision.retire; ++i) {
      if (!starting_.empty()) {
        starting_.pop_back();
      } else {
        --ready_;
      }
    }
  }

  [[nodiscard]] std::int64_t busy_milli(std::size_t seconds) const {
    const WindowLoad load = mean(seconds);
    return static_cast<std::int64_t>(*load.concurrency_milli - *load.queue_milli);
  }

  [[nodiscard]] WindowLoad mean(std::size_t seconds) const {
    const std::size_t count = std::min(seconds, history_.size());
    double concurrency = 0;
    double queue = 0;
    for (std::size_t i = history_.size() - count; i < history_.size(); ++i) {
      concurrency += history_[i].concurrency;
      queue += history_[i].queue;
    }
    const double scale = 1'000.0 / static_cast<double>(count);
    return {static_cast<std::uint64_t>(concurrency * scale),
            static_cast<std::uint64_t>(queue * scale)};
  }

  Scaler scaler_;
  core::Time now_{};
  std::uint32_t ready_ = 0;
  std::vector<core::Time> starting_;
  double arrived_ = 0;
  double queue_ = 0;
  double busy_ = 0;
  std::vector<Second> history_;
  std::vector<Decision> decisions_;
};

}  // namespace scaling
