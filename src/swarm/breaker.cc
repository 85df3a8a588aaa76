#include "swarm/breaker.h"

#include <algorithm>

#include "core/check.h"

namespace swarm {

Breaker::Breaker(const BreakerConfig& config) : config_(config) {
  core::check(config.min_calls > 0 && config.failure_percent > 0 && config.failure_percent <= 100 &&
                  config.probes > 0 && config.window > core::Duration{} &&
                  config.deadline > core::Duration{} && config.open_for > core::Duration{},
              "a breaker's numbers and times are above zero");
}

bool Breaker::admits() const {
  return state_ == BreakerState::kClosed ||
         (state_ == BreakerState::kHalfOpen && probes_begun_ < config_.probes);
}

void Breaker::begin(CallNumber call, core::Time now) {
  core::check(admits() && !under_way_.contains(call), "a call begins once, where it may");
  under_way_[call] = now + config_.deadline;
  probes_begun_ += state_ == BreakerState::kHalfOpen ? 1U : 0U;
}

void Breaker::answered(CallNumber call, core::Time now) {
  advance(now);
  if (under_way_.erase(call) > 0) {
    end(true, now);
  }
}

void Breaker::advance(core::Time now) {
  for (;;) {
    const auto first = std::ranges::min_element(
        under_way_, {}, [](const auto& entry) { return std::pair(entry.second, entry.first); });
    if (first == under_way_.end() || first->second > now) {
      break;
    }
    under_way_.erase(first);
    end(false, now);
  }
  if (state_ == BreakerState::kOpen && now >= opened_ + config_.open_for) {
    become(BreakerState::kHalfOpen, 0, 0, now);
  }
}

std::optional<core::Time> Breaker::due() const {
  if (state_ == BreakerState::kOpen) {
    return opened_ + config_.open_for;
  }
  const auto first =
      std::ranges::min_element(under_way_, {}, [](const auto& entry) { return entry.second; });
  return first == under_way_.end() ? std::nullopt : std::optional(first->second);
}

void Breaker::end(bool well, core::Time at) {
  if (state_ == BreakerState::kHalfOpen) {
    probes_well_ += well ? 1U : 0U;
    if (!well) {
      become(BreakerState::kOpen, probes_begun_, probes_begun_ - probes_well_, at);
    } else if (probes_well_ == config_.probes) {
      become(BreakerState::kClosed, probes_begun_, 0, at);
    }
    return;
  }
  ended_.push_back({at, well});
  while (ended_.front().at <= at - config_.window) {
    ended_.pop_front();
  }
  const auto calls = static_cast<std::uint32_t>(ended_.size());
  const auto failures = static_cast<std::uint32_t>(std::ranges::count(ended_, false, &Ended::well));
  if (calls >= config_.min_calls && failures * 100 >= calls * config_.failure_percent) {
    become(BreakerState::kOpen, calls, failures, at);
  }
}

void Breaker::become(BreakerState state, std::uint32_t calls, std::uint32_t failures,
                     core::Time now) {
  core::check(may_become(state_, state), "a breaker changes legally");
  changes_.push_back({state_, state, calls, failures, now});
  state_ = state;
  under_way_.clear();
  ended_.clear();
  opened_ = now;
  probes_begun_ = 0;
  probes_well_ = 0;
}

}  // namespace swarm
