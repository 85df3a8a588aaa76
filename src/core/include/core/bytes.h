// Byte strings: opaque payloads, durable records, wire bodies.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
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

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): "123456789" gives 0xE3069283.
std::uint32_t crc32c(BytesView bytes, std::uint32_t previous = 0);

}  // namespace core
