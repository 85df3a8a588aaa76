#include <array>

#include "core/bytes.h"

namespace core {
namespace {

constexpr std::uint32_t kPolynomialReflected = 0x82F63B78;

// Eight bytes at a time ("slicing by 8": Kounavis and Berry, "A systematic approach to building
// high performance software-based CRC generators", ISCC 2005): table k is a byte followed by k
// zeros.
constexpr std::size_t kSlices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1U) != 0 ? (value >> 1U) ^ kPolynomialReflected : value >> 1U;
    }
    tables[0][i] = value;
  }
  for (std::size_t k = 1; k < kSlices; ++k) {
    for (std::uint32_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[k - 1][i];
      tables[k][i] = tables[0][before & 0xFFU] ^ (before >> 8U);
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c(BytesView bytes, std::uint32_t previous) {
  std::uint32_t crc = ~previous;
  while (bytes.size() >= kSlices) {
    const std::uint64_t word = load_word(bytes) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < kSlices; ++i) {
      crc ^= kTables[kSlices - 1 - i][(word >> (8 * i)) & 0xFFU];
    }
    bytes = bytes.subspan(kSlices);
  }
  for (const Byte byte : bytes) {
    crc = kTables[0][(crc ^ byte) & 0xFFU] ^ (crc >> 8U);
  }
  return ~crc;
}

}  // namespace core
