// Byte strings: opaque payloads, durable records, wire bodies.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace core {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using BytesView = std::span<const Byte>;

inline Bytes to_bytes(std::string_view text) {
  return Bytes(text.begin(), text.end());
}
inline std::string_view to_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The little-endian word in the first 8 bytes. REQUIRES: data.size() >= 8.
constexpr std::uint64_t load_word(BytesView data) {
  if (!std::is_constant_evaluated() && std::endian::native == std::endian::little) {
    std::uint64_t word = 0;
    std::memcpy(&word, data.data(), sizeof word);
    return word;
  }
  std::uint64_t word = 0;
  for (unsigned i = 8; i-- > 0;) {
    word = (word << 8U) | data[i];
  }
  return word;
}

// Writes `word` as 8 little-endian bytes to `place`.
inline void store_word(Byte* place, std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(place, &word, sizeof word);
  } else {
    for (unsigned i = 0; i < 8; ++i) {
      place[i] = static_cast<Byte>(word >> (8 * i));
    }
  }
}

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): "123456789" gives 0xE3069283.
std::uint32_t crc32c(BytesView bytes, std::uint32_t previous = 0);

}  // namespace core
