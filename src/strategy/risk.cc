#include "strategy/risk.h"

#include <array>
#include <string>

#include "trading.h"

namespace strategy {
namespace {

Wide magnitude(Wide value) {
  return value < 0 ? -value : value;
}

std::int64_t signed_shares(const Order& order) {
  return order.side == market::Side::kBuy ? order.quantity.shares : -order.quantity.shares;
}

bool well_formed(const Order& order) {
  return order.quantity.shares > 0 && order.quantity.shares <= market::kMaximumShares &&
         order.limit.ticks > 0 && order.limit.ticks <= market::kMaximumTicks;
}

bool stale(const Limits& limits, const Observation& observation, const Instrument& instrument) {
  const Wide age =
      static_cast<Wide>(core::to_ns(observation.now)) - core::to_ns(instrument.window.back().time);
  // A price from the future shows that the clocks do not agree: as bad as an old one.
  return age < 0 || age > limits.age_max.count();
}

bool outside_collar(const Limits& limits, const Order& order, market::Price mid) {
  const Wide distance = magnitude(static_cast<Wide>(order.limit.ticks) - mid.ticks);
  return distance * kMillion > static_cast<Wide>(limits.collar_millionths) * mid.ticks;
}

bool loss_reached(const Limits& limits, const Observation& observation) {
  const std::optional<market::Money> worth = equity(observation);
  return !worth ||
         static_cast<Wide>(observation.capital.micros) - worth->micros >= limits.loss_max.micros;
}

// The position of a leg's symbol once the legs before it are filled.
Wide position_before(const Decision& decision, std::size_t leg, const Instrument& instrument) {
  Wide position = instrument.position.shares;
  for (std::size_t i = 0; i < leg; ++i) {
    if (decision.legs[i].symbol == instrument.symbol) {
      position += signed_shares(decision.legs[i]);
    }
  }
  return position;
}

Verdict check_leg(const Limits& limits, const Observation& observation, const Decision& decision,
                  std::size_t leg) {
  const Order& order = decision.legs[leg];
  const Instrument* instrument = find(observation, order.symbol);
  if (instrument == nullptr) {
    return Verdict::kUnknownSymbol;
  }
  if (!well_formed(order)) {
    return Verdict::kBadOrder;
  }
  if (order.quantity > limits.order_max) {
    return Verdict::kOrderSize;
  }
  if (instrument->window.empty() || instrument->window.back().mid.ticks <= 0) {
    return Verdict::kNoPrice;
  }
  if (stale(limits, observation, *instrument)) {
    return Verdict::kStaleData;
  }
  if (outside_collar(limits, order, instrument->window.back().mid)) {
    return Verdict::kPriceCollar;
  }
  const Wide before = position_before(decision, leg, *instrument);
  const Wide after = before + signed_shares(order);
  const bool reduces =
      magnitude(after) < magnitude(before) && (after == 0 || (after < 0) == (before < 0));
  if (reduces) {
    return Verdict::kApproved;
  }
  if (magnitude(after) > limits.position_max.shares) {
    return Verdict::kPositionLimit;
  }
  return loss_reached(limits, observation) ? Verdict::kLossLimit : Verdict::kApproved;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 9> kNames = {
      "approved",   "unknown symbol", "malformed order", "order too large", "no price",
      "stale data", "price collar",   "position limit",  "loss limit"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

Approval approve(const Limits& limits, const Observation& observation, const Decision& decision) {
  if (decision.legs.size() > kMaximumInstruments) {
    return {Verdict::kBadOrder, static_cast<std::uint8_t>(kMaximumInstruments)};
  }
  for (std::size_t leg = 0; leg < decision.legs.size(); ++leg) {
    const Verdict verdict = check_leg(limits, observation, decision, leg);
    if (verdict != Verdict::kApproved) {
      return {verdict, static_cast<std::uint8_t>(leg)};
    }
  }
  return {};
}

core::Result<void> validate(const Limits& limits) {
  const auto refuse = [](std::string_view name, std::string_view rule) {
    return core::fail(core::Code::kInvalid, std::string(name) + " " + std::string(rule));
  };
  if (limits.position_max.shares < 0 || limits.position_max.shares > kMaximumPosition) {
    return refuse("position_max", "must lie between 0 and 10^12 shares");
  }
  if (limits.order_max.shares <= 0 || limits.order_max.shares > market::kMaximumShares) {
    return refuse("order_max", "must lie between 1 and 10^9 shares");
  }
  if (limits.collar_millionths < 0 || limits.collar_millionths > kMillion) {
    return refuse("collar_millionths", "must lie between 0 and 1,000,000");
  }
  if (limits.age_max <= core::Duration(0)) {
    return refuse("age_max", "must be positive, or every price would be stale");
  }
  if (limits.loss_max.micros <= 0) {
    return refuse("loss_max", "must be positive, or nothing could ever be bought");
  }
  return {};
}

}  // namespace strategy
