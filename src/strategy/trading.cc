#include "trading.h"

#include <algorithm>
#include <limits>

#include "core/check.h"

namespace strategy {
namespace {

// Times of either sign up to 36 years from the clock's origin: differences cannot overflow.
constexpr std::int64_t kTimeMaxNs = std::int64_t{1} << 60;
constexpr std::int64_t kTickMaxMicros = 1'000'000'000'000;

bool time_in_range(core::Time time) {
  return core::to_ns(time) >= -kTimeMaxNs && core::to_ns(time) <= kTimeMaxNs;
}

bool quote_in_range(market::Price price) {
  return price.ticks >= 0 && price.ticks <= market::kMaximumTicks;
}

bool consistent(const Instrument& instrument, core::Time now) {
  if (instrument.window.size() > kMaximumWindow) {
    return false;
  }
  std::optional<core::Time> last;
  for (const PricePoint& point : instrument.window) {
    if (!time_in_range(point.time) || point.time > now || (last && point.time <= *last) ||
        point.mid.ticks <= 0 || point.mid.ticks > market::kMaximumTicks) {
      return false;
    }
    last = point.time;
  }
  const bool crossed = instrument.bid.ticks > 0 && instrument.ask.ticks > 0 &&
                       instrument.bid.ticks > instrument.ask.ticks;
  return quote_in_range(instrument.bid) && quote_in_range(instrument.ask) && !crossed &&
         instrument.tick.micros > 0 && instrument.tick.micros <= kTickMaxMicros &&
         instrument.position.shares >= -kMaximumPosition &&
         instrument.position.shares <= kMaximumPosition;
}

}  // namespace

std::int64_t clamp_to_64(Wide value) {
  constexpr Wide kLow = std::numeric_limits<std::int64_t>::min();
  constexpr Wide kHigh = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(value < kLow ? kLow : value > kHigh ? kHigh : value);
}

bool consistent(const Observation& observation, std::size_t count) {
  if (observation.instruments.size() < count ||
      observation.instruments.size() > kMaximumInstruments || !time_in_range(observation.now)) {
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Instrument& instrument = observation.instruments[i];
    if (!consistent(instrument, observation.now)) {
      return false;
    }
    for (std::size_t other = 0; other < i; ++other) {
      if (observation.instruments[other].symbol == instrument.symbol) {
        return false;
      }
    }
  }
  return true;
}

std::span<const PricePoint> newest_without_gap(std::span<const PricePoint> window, core::Time now,
                                               const Trading& trading) {
  core::Time later = now;
  std::size_t first = window.size();
  while (first > 0 && later - window[first - 1].time <= trading.gap_max &&
         window.size() - first < trading.window_points) {
    --first;
    later = window[first].time;
  }
  return window.subspan(first);
}

std::vector<std::vector<double>> common_mids(const Observation& observation, std::size_t count,
                                             const Trading& trading) {
  // Points of the first instrument whose time all others have, too.
  std::vector<PricePoint> shared = observation.instruments[0].window;
  for (std::size_t i = 1; i < count; ++i) {
    const std::vector<PricePoint>& window = observation.instruments[i].window;
    std::erase_if(shared, [&](const PricePoint& point) {
      return !std::ranges::binary_search(window, point.time, {}, &PricePoint::time);
    });
  }
  const auto used = newest_without_gap(shared, observation.now, trading);
  std::vector<std::vector<double>> mids(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<PricePoint>& window = observation.instruments[i].window;
    for (const PricePoint& point : used) {
      const auto same = std::ranges::lower_bound(window, point.time, {}, &PricePoint::time);
      mids[i].push_back(static_cast<double>(same->mid.ticks));
    }
  }
  return mids;
}

bool close_enough(market::Quantity present, market::Quantity wanted) {
  constexpr std::int64_t kSlackDivisor = 10;
  const std::int64_t off = present.shares - wanted.shares;
  const std::int64_t size = wanted.shares < 0 ? -wanted.shares : wanted.shares;
  return (off < 0 ? -off : off) <= size / kSlackDivisor;
}

std::int64_t to_millionths(double signal) {
  core::check(signal == signal, "a signal is a number");
  constexpr double kLimit = 1e15;
  const double scaled = std::clamp(signal * 1e6, -kLimit, kLimit);
  return static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
}

Decision hold(Reason reason, std::int64_t signal_millionths) {
  return {{}, signal_millionths, reason};
}

Target target_position(std::int64_t desire_millionths, Thresholds thresholds,
                       market::Quantity present, market::Quantity size) {
  if (desire_millionths >= thresholds.entry_millionths) {
    return {size, Reason::kEntry};
  }
  if (desire_millionths <= -thresholds.entry_millionths) {
    return {{-size.shares}, Reason::kEntry};
  }
  const bool faded = desire_millionths <= thresholds.exit_millionths &&
                     desire_millionths >= -thresholds.exit_millionths;
  const bool against = (desire_millionths < 0) != (present.shares < 0);
  if (present.shares != 0 && (faded || against)) {
    return {{0}, Reason::kExit};
  }
  return {present, Reason::kNoSignal};
}

bool has_quote(const Instrument& instrument, market::Quantity position) {
  const bool buys = position > instrument.position;
  const bool sells = position < instrument.position;
  return (!buys || instrument.ask.ticks > 0) && (!sells || instrument.bid.ticks > 0);
}

std::optional<Order> order_towards(const Instrument& instrument, market::Quantity position,
                                   const Trading& trading) {
  const std::int64_t change = position.shares - instrument.position.shares;
  if (change == 0) {
    return std::nullopt;
  }
  core::check(has_quote(instrument, position), "an order needs a quote to be priced by");
  Order order;
  order.symbol = instrument.symbol;
  order.side = change > 0 ? market::Side::kBuy : market::Side::kSell;
  order.quantity.shares = std::min(change > 0 ? change : -change, trading.order_max.shares);
  const std::int64_t ticks = change > 0 ? instrument.ask.ticks + trading.slack_ticks
                                        : instrument.bid.ticks - trading.slack_ticks;
  order.limit.ticks = std::clamp<std::int64_t>(ticks, 1, market::kMaximumTicks);
  return order;
}

Decision move(const Instrument& instrument, Target target, const Trading& trading,
              std::int64_t signal_millionths) {
  if (target.position == instrument.position) {
    const bool entered = target.reason == Reason::kEntry;
    return hold(entered ? Reason::kOnTarget : target.reason, signal_millionths);
  }
  if (!has_quote(instrument, target.position)) {
    return hold(Reason::kNoQuote, signal_millionths);
  }
  return {{*order_towards(instrument, target.position, trading)}, signal_millionths, target.reason};
}

}  // namespace strategy
