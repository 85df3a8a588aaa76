// A 64-bit running hash for fingerprints, digests and salted tables. Not for secrets.
//
// Each word is folded in with a multiply and xor-shifts (the finaliser published for splitmix64:
// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), so a change
// of one bit of one word changes the result. Equal on every platform: words are little-endian
// values, not memory.
#pragma once

#include <bit>
#include <cstdint>

#include "core/bytes.h"

namespace core {

constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30U;
  x *= 0xBF58476D1CE4E5B9ULL;
  x ^= x >> 27U;
  x *= 0x94D049BB133111EBULL;
  x ^= x >> 31U;
  return x;
}

class Hasher {
 public:
  constexpr explicit Hasher(std::uint64_t seed = 0) : state_(mix64(seed ^ kIncrement)) {}

  constexpr void word(std::uint64_t value) {
    state_ = mix64(std::rotl(state_, 23) + kIncrement + mix64(value + kIncrement));
  }
  // The length is folded in too, so ("ab", "c") and ("a", "bc") differ.
  constexpr void bytes(BytesView data) {
    word(data.size());
    while (data.size() >= 8) {
      word(load_word(data));
      data = data.subspan(8);
    }
    if (!data.empty()) {
      std::uint64_t value = 0;
      for (std::size_t i = data.size(); i-- > 0;) {
        value = (value << 8U) | data[i];
      }
      word(value);
    }
  }
  [[nodiscard]] constexpr std::uint64_t value() const { return mix64(state_); }

 private:
  static constexpr std::uint64_t kIncrement = 0x9E3779B97F4A7C15ULL;
  std::uint64_t state_;
};

}  // namespace core
