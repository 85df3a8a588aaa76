// Coordinators are replaced one by one, and a quorum is always there.
#include "rollout/membership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "num/stream.h"

namespace rollout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Voter> voters(std::initializer_list<std::uint32_t> numbers) {
  std::vector<Voter> result;
  for (const std::uint32_t number : numbers) {
    result.emplace_back(number);
  }
  return result;
}

MembershipChange add(std::uint32_t voter) {
  return {true, Voter(voter)};
}
MembershipChange remove(std::uint32_t voter) {
  return {false, Voter(voter)};
}

void carry_out(const MembershipChange& change, std::vector<Voter>& group) {
  if (change.add) {
    group.push_back(change.voter);
  } else {
    std::erase(group, change.voter);
  }
}

TEST(Upgrade, AddsOneAndRemovesOneByTurnsAndTheLeaderLast) {
  EXPECT_THAT(*plan_upgrade(voters({1, 2, 3}), voters({4, 5, 6}), Voter(1)),
              ElementsAre(add(4), remove(2), add(5), remove(3), add(6), remove(1)));
}

TEST(Upgrade, GrowsAndShrinks) {
  EXPECT_THAT(*plan_upgrade(voters({1, 2, 3}), voters({1, 2, 3, 4, 5}), Voter(1)),
              ElementsAre(add(4), add(5)));
  EXPECT_THAT(*plan_upgrade(voters({1, 2, 3, 4, 5}), voters({1, 2, 3}), Voter(5)),
              ElementsAre(remove(4), remove(5)));
  EXPECT_TRUE(plan_upgrade(voters({1, 2, 3}), voters({3, 2, 1}), Voter(1))->empty());
}

TEST(Upgrade, RefusesWhatIsNoGroup) {
  EXPECT_THAT(plan_upgrade({}, voters({1}), Voter(1)).error().message,
              HasSubstr("there are no present voters"));
  EXPECT_THAT(plan_upgrade(voters({1}), {}, Voter(1)).error().message,
              HasSubstr("there are no wanted voters"));
  EXPECT_THAT(plan_upgrade(voters({1}), voters({2, 2}), Voter(1)).error().message,
              HasSubstr("2 is named twice among the wanted voters"));
}

// Asked after every change again, it walks the same way, and the group is never smaller than the
// smaller of the two.
TEST(Upgrade, AskedAgainAfterEveryChangeWalksTheSameWay) {
  num::Stream stream(9, 0, num::purpose_of("test.upgrade"));
  for (int round = 0; round < 300; ++round) {
    std::vector<Voter> all = voters({1, 2, 3, 4, 5, 6, 7, 8, 9});
    stream.shuffle(std::span(all));
    std::vector<Voter> group(all.begin(), all.begin() + 1 + static_cast<int>(stream.below(5)));
    stream.shuffle(std::span(all));
    const std::vector<Voter> wanted(all.begin(),
                                    all.begin() + 1 + static_cast<int>(stream.below(5)));
    const std::size_t least = std::min(group.size(), wanted.size());
    const Voter leader = group.front();
    const auto plan = *plan_upgrade(group, wanted, leader);
    for (const MembershipChange& change : plan) {
      const NextChange next = *next_change(group, all, wanted, leader, false);
      ASSERT_EQ(next.progress, Progress::kChange);
      ASSERT_EQ(next.change, change);
      carry_out(change, group);
      ASSERT_GE(group.size(), least);
    }
    const NextChange over = *next_change(group, all, wanted, leader, false);
    EXPECT_EQ(over.progress, Progress::kDone);
  }
}

TEST(Upgrade, WaitsForTheChangeBefore) {
  EXPECT_EQ(next_change(voters({1, 2, 3}), voters({1, 2, 3, 4}), voters({1, 2, 4}), Voter(1), true)
                ->progress,
            Progress::kWait);
}

TEST(Upgrade, WaitsForANewVoterToBeReady) {
  const NextChange next =
      *next_change(voters({1, 2, 3}), voters({1, 2, 3}), voters({1, 2, 4}), Voter(1), false);
  EXPECT_EQ(next.progress, Progress::kWait);
  EXPECT_THAT(next.reason, HasSubstr("4 is not ready to be added"));
}

// Of 1, 2, 3, 4 only 1, 2 and 4 are up: without 3 there are three of three, without 2 two of three.
TEST(Upgrade, NeverGoesBelowAQuorum) {
  const NextChange next =
      *next_change(voters({1, 2, 3, 4}), voters({1, 4}), voters({1, 2, 4}), Voter(1), false);
  EXPECT_EQ(next.progress, Progress::kChange) << "two of three are healthy without 3";
  const NextChange wait =
      *next_change(voters({1, 2, 3, 4}), voters({1, 2}), voters({1, 3, 4}), Voter(1), false);
  EXPECT_EQ(wait.progress, Progress::kWait) << "one of three would be healthy without 2";
  EXPECT_THAT(wait.reason, HasSubstr("only 1 of 3 voters would be healthy, the quorum is 2"));
}

}  // namespace
}  // namespace rollout
