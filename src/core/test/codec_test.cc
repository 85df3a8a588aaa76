#include "core/codec.h"

#include <gtest/gtest.h>

#include "core/describe.h"
#include "core/hash_map.h"

namespace core {
namespace {

enum class Side : std::uint8_t { kBuy, kSell };
constexpr Side last_value(Side) {
  return Side::kSell;
}

struct Leg {
  Side side = Side::kBuy;
  std::int64_t quantity = 0;
  MUSTER_FIELDS(Leg, side, quantity)
};

struct Ticket {
  Id<struct TicketTag> id;
  std::string note;
  std::vector<Leg> legs;
  std::map<std::uint32_t, std::string> tags;
  std::optional<Duration> patience;
  std::variant<Leg, std::uint32_t> extra;
  MUSTER_FIELDS(Ticket, id, note, legs, tags, patience, extra)
};

Ticket sample() {
  return {Id<struct TicketTag>(7), "hi",       {{Side::kSell, -3}, {Side::kBuy, 9}},
          {{1, "a"}, {2, "b"}},    seconds(2), std::uint32_t{5}};
}

TEST(Codec, EncodesAndDecodesEveryShape) {
  const Ticket ticket = sample();
  EXPECT_EQ(decode<Ticket>(encode(ticket)).value(), ticket);
}

TEST(Codec, RefusesEveryTruncationAndTrailingBytes) {
  const Bytes whole = encode(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode<Ticket>(BytesView(whole).first(size)).has_value()) << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_EQ(decode<Ticket>(longer).error().code, Code::kCorrupt);
}

TEST(Codec, RefusesAnEnumerationOutOfRangeAndUnsortedKeys) {
  EXPECT_FALSE(decode<Side>(Bytes{2}).has_value());
  const std::vector<std::pair<std::uint8_t, std::uint8_t>> unsorted{{2, 0}, {1, 0}};
  EXPECT_FALSE((decode<std::map<std::uint8_t, std::uint8_t>>(encode(unsorted)).has_value()));
}

TEST(Codec, AHugeCountCostsNoMemory) {
  EXPECT_FALSE(decode<std::vector<std::uint64_t>>(Bytes{0xFF, 0xFF, 0xFF, 0xFF}).has_value());
}

TEST(Codec, FlippingAnyBitChangesTheDigest) {
  const Bytes whole = encode(sample());
  Hasher original;
  original.bytes(whole);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] = static_cast<Byte>(flipped[bit / 8] ^ (1U << (bit % 8)));
    Hasher other;
    other.bytes(flipped);
    EXPECT_NE(original.value(), other.value()) << bit;
  }
}

TEST(Describe, NamesTheFieldThatDiffers) {
  Ticket after = sample();
  after.legs[1].quantity = 10;
  EXPECT_EQ(difference(sample(), after), std::vector<std::string>{"legs[1].quantity: 9 -> 10"});
  EXPECT_EQ(describe(Leg{Side::kSell, 4}), "side=1 quantity=4");
}

TEST(HashMap, DigestIsIndependentOfSaltAndInsertionOrder) {
  HashMap<std::uint32_t, std::uint32_t> forward;
  for (std::uint32_t i = 0; i < 100; ++i) {
    forward.put(i, i * i);
  }
  set_hash_salt(12345);
  HashMap<std::uint32_t, std::uint32_t> backward;
  for (std::uint32_t i = 100; i-- > 0;) {
    backward.put(i, i * i);
  }
  set_hash_salt(0);
  EXPECT_EQ(forward.digest(), backward.digest());
  backward.put(3, 10);
  EXPECT_NE(forward.digest(), backward.digest());
}

TEST(Crc32c, MatchesThePublishedCheckValue) {
  EXPECT_EQ(crc32c(to_bytes("123456789")), 0xE3069283U);
}

}  // namespace
}  // namespace core
