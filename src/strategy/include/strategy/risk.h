// The approval that every order needs before it leaves an agent: a pure check of a decision against
// limits, independent of the strategy that made it.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"
#include "core/time.h"
#include "strategy/observation.h"

namespace strategy {

struct Limits {
  market::Quantity position_max{1'000};       // of either sign, for each symbol
  market::Quantity order_max{500};            // for each order
  std::int64_t collar_millionths = 50'000;    // largest distance of a limit from the last mid: 5 %
  core::Duration age_max = core::seconds(5);  // of the last mid
  market::Money loss_max = market::dollars(10'000);
  MUSTER_FIELDS(Limits, position_max, order_max, collar_millionths, age_max, loss_max)
};

enum class Verdict : std::uint8_t {
  kApproved,
  kUnknownSymbol,  // no such instrument is observed
  kBadOrder,       // quantity or limit is not positive or beyond what the market takes
  kOrderSize,
  kNoPrice,  // no mid has been seen
  kStaleData,
  kPriceCollar,
  kPositionLimit,
  kLossLimit,
};
constexpr Verdict last_value(Verdict) {
  return Verdict::kLossLimit;
}
[[nodiscard]] std::string_view name_of(Verdict verdict);

struct Approval {
  Verdict verdict = Verdict::kApproved;
  std::uint8_t leg = 0;  // the first one refused

  [[nodiscard]] bool approved() const { return verdict == Verdict::kApproved; }
  MUSTER_FIELDS(Approval, verdict, leg)
};

// Approves all legs or none. Each leg is checked in the order of Verdict, with the legs before it
// taken as filled. An order that only brings a position closer to zero passes the position and loss
// limits: a breach must remain curable. A decision without legs is approved.
[[nodiscard]] Approval approve(const Limits& limits, const Observation& observation,
                               const Decision& decision);

// kInvalid for a limit that is negative, or zero where nothing could ever pass.
[[nodiscard]] core::Result<void> validate(const Limits& limits);

}  // namespace strategy
