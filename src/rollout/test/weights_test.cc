// Parts that sum to exactly the whole.
#include "rollout/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "num/stream.h"

namespace rollout {
namespace {

using testing::ElementsAre;

TEST(Weights, OfTwoVersionsSumToTheWhole) {
  for (std::uint32_t parts = 0; parts <= kWhole; ++parts) {
    const Weights weights = Weights::with_candidate(parts);
    ASSERT_EQ(weights.stable + weights.candidate, kWhole);
    ASSERT_EQ(weights.candidate, parts);
  }
}

TEST(Weights, AreDividedByLargestRemainder) {
  EXPECT_THAT(apportion(std::vector<std::uint64_t>{1, 1, 1}), ElementsAre(3'334, 3'333, 3'333));
  EXPECT_THAT(apportion(std::vector<std::uint64_t>{2, 2, 1}), ElementsAre(4'000, 4'000, 2'000));
  EXPECT_THAT(apportion(std::vector<std::uint64_t>{1, 5, 1}), ElementsAre(1'429, 7'143, 1'428));
  EXPECT_THAT(apportion(std::vector<std::uint64_t>{0, 7, 0}), ElementsAre(0, kWhole, 0));
}

TEST(Weights, OfAnySharesSumExactly) {
  num::Stream stream(5, 0, num::purpose_of("test.weights"));
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::uint64_t> shares(1 + stream.below(12));
    for (std::uint64_t& share : shares) {
      share = stream.below(1'000'000);
    }
    shares[0] += 1;
    const auto whole = static_cast<std::uint32_t>(stream.below(kWhole + 1));
    const std::vector<std::uint32_t> parts = apportion(shares, whole);
    ASSERT_EQ(std::accumulate(parts.begin(), parts.end(), std::uint32_t{0}), whole);
    const std::uint64_t sum = std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
    for (std::size_t i = 0; i < parts.size(); ++i) {
      ASSERT_GE(parts[i], shares[i] * whole / sum);
      ASSERT_LE(parts[i], shares[i] * whole / sum + 1);
    }
  }
}

}  // namespace
}  // namespace rollout
