#include "stats/signed_rank.h"

#include <gtest/gtest.h>

#include <vector>

namespace stats {
namespace {

TEST(SignedRank, FindsNothingWhereNothingDiffers) {
  EXPECT_EQ(signed_rank(std::vector<double>{}).p_two_sided, 1);
  EXPECT_EQ(signed_rank(std::vector<double>{0, 0, 0}).p_two_sided, 1);
}

TEST(SignedRank, CountsTheChoicesOfSigns) {
  // All five positive: 2 of the 32 choices are as extreme.
  const SignedRank all = signed_rank(std::vector<double>{1, 2, 3, 4, 5});
  EXPECT_EQ(all.w, 15);
  EXPECT_TRUE(all.exact);
  EXPECT_DOUBLE_EQ(all.p_two_sided, 2.0 / 32);
  // Sums of at most 1 or at least 14: {}, {1}, and their mirrors.
  EXPECT_DOUBLE_EQ(signed_rank(std::vector<double>{-1, 2, 3, 4, 5}).p_two_sided, 4.0 / 32);
}

TEST(SignedRank, DropsZerosAndSharesRanksOfTies) {
  const SignedRank result = signed_rank(std::vector<double>{0, 2, -2, 2, 0});
  EXPECT_EQ(result.w, 4);
  // Three equal ranks: one negative or fewer, or the mirror, is everything there is.
  EXPECT_DOUBLE_EQ(result.p_two_sided, 1);
}

TEST(SignedRank, BeyondTheExactOnesTheNormalValueIsClose) {
  std::vector<double> differences;
  for (int i = 1; i <= 30; ++i) {
    differences.push_back(i % 3 == 0 ? -i : i);
  }
  const SignedRank exact = signed_rank(differences);
  ASSERT_TRUE(exact.exact);
  differences.push_back(0.5);
  const SignedRank normal = signed_rank(differences);
  ASSERT_FALSE(normal.exact);
  EXPECT_NEAR(exact.p_two_sided, normal.p_two_sided, 0.02);
}

}  // namespace
}  // namespace stats
