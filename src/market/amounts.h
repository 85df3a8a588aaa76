// Sums and products that notice when they leave 64 bits.
#pragma once

#include <cstdint>
#include <optional>

#include "market/exchange.h"

namespace market {

class Checked {
 public:
  explicit Checked(std::int64_t value) : value_(value) {}

  Checked& add(std::int64_t other) {
    ok_ = !__builtin_add_overflow(value_, other, &value_) && ok_;
    return *this;
  }
  Checked& subtract(std::int64_t other) {
    ok_ = !__builtin_sub_overflow(value_, other, &value_) && ok_;
    return *this;
  }
  Checked& times(std::int64_t other) {
    ok_ = !__builtin_mul_overflow(value_, other, &value_) && ok_;
    return *this;
  }
  [[nodiscard]] std::optional<std::int64_t> value() const {
    return ok_ ? std::optional(value_) : std::nullopt;
  }

 private:
  std::int64_t value_;
  bool ok_ = true;
};

inline std::optional<std::int64_t> amount_of(Price price, Quantity quantity, Money tick) {
  return Checked(price.ticks).times(tick.micros).times(quantity.shares).value();
}

inline Quantity remaining(const OpenOrder& order) {
  return {order.quantity.shares - order.filled.shares};
}

}  // namespace market
