// A sound run passes every check, and every check has looked at it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "market/trace.h"
#include "story.h"
#include "swarm/joint.h"

namespace check::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Checks, ASoundRunPassesEveryCheckAndEachHasLooked) {
  CheckConfig config = Story::mesh();
  config.uses_joint = true;
  config.joint_quorum = 2;
  Story story(config);
  story.boot();
  for (std::uint64_t task = 1; task <= 3; ++task) {
    story.whole_task(task, world::NodeId(static_cast<std::uint32_t>(task)));
  }
  story.tell(kSecond,
             swarm::JointDecided{swarm::TaskId(2), 1, 3, 2, 2, 1, {}, {}, {kFirst, kSecond}});
  constexpr world::NodeId kFourth{4};
  story.tell(kFirst, swarm::ConfigurationChanged{
                         kGroup, story.index + 1, {kFirst, kSecond, kThird}, {kFourth}});
  story.tell(kFirst, swarm::MemberJoined{7, kFourth, swarm::kDefaultPool, world::Incarnation(1)});
  story.tell(kFirst, swarm::MemberDraining{8, kFourth});
  story.tell(kFirst, swarm::MemberLeft{9, kFourth, world::Incarnation(1), false});
  story.state_balances();
  const auto results = story.judge();
  EXPECT_THAT(violated(results), IsEmpty());
  const std::vector<std::string> of_rings{"orders_approved", "order_kept", "credits_kept",
                                          "breakers_legal"};  // this run's swarm is a mesh
  std::vector<std::string> names;
  for (const Invariant& invariant : results) {
    names.push_back(invariant.name);
    const bool of_ring = std::ranges::find(of_rings, invariant.name) != of_rings.end();
    EXPECT_EQ(invariant.applies, !of_ring) << invariant.name;
    EXPECT_EQ(invariant.checked > 0, !of_ring) << invariant.name;
    EXPECT_TRUE(invariant.holds()) << invariant.name;
  }
  EXPECT_THAT(
      names,
      ElementsAre("cash_conserved", "shares_conserved", "order_life", "limits_respected",
                  "price_time_priority", "one_leader_per_term", "one_vote_per_term",
                  "commits_durable_at_quorum", "log_agreement", "leader_completeness",
                  "voters_change_one_by_one", "stale_terms_fenced", "one_order_per_key",
                  "tasks_end_once", "answers_agree", "links_as_declared", "isolated_decide_nothing",
                  "routed_as_committed", "no_busy_agent_ended", "live_after_heal", "bounds",
                  "orders_approved", "order_kept", "credits_kept", "breakers_legal"));
}

TEST(Checks, ARunOfWhichNothingWasRecordedFailsWhereSomethingMustHaveHappened) {
  Story story;
  const auto results = story.judge();
  for (const char* name :
       {"cash_conserved", "shares_conserved", "one_leader_per_term", "commits_durable_at_quorum",
        "leader_completeness", "stale_terms_fenced", "links_as_declared"}) {
    EXPECT_TRUE(find(results, name).applies) << name;
    EXPECT_EQ(find(results, name).checked, 0U) << name;
    EXPECT_FALSE(find(results, name).holds()) << name;
  }
  EXPECT_FALSE(find(results, "order_life").applies);
  EXPECT_TRUE(find(results, "order_life").holds());
  EXPECT_FALSE(find(results, "isolated_decide_nothing").applies);
}

TEST(Checks, ARunThatWasCutShortIsJudgedByWhatItDid) {
  Story story;
  FinalState state = story.calm_end();
  state.complete = false;
  const auto results = story.judge(state);
  for (const Invariant& invariant : results) {
    EXPECT_TRUE(invariant.holds()) << invariant.name;
  }
}

TEST(Checks, ARestartedVenueMayRepeatItsLastRecords) {
  Story story;
  story.boot();
  story.offer(1);
  story.assign(1, 1, kSecond, 1);
  const auto events = story.order(1, 1, kSecond, 1);
  story.tell(kVenue, world::NodeHalted{});
  story.tell(kVenue, world::NodeBooted{});
  story.tell(kVenue, market::VenueOpened{Story::market()});
  for (std::uint32_t index = 0; index < events.size(); ++index) {
    story.say_event({story.position.journal, index}, events[index]);
  }
  story.state_balances();
  FinalState state = story.calm_end();
  state.complete = false;
  EXPECT_GE(events.size(), 2U);
  EXPECT_THAT(violated(story.judge(state)), IsEmpty());
}

TEST(Checks, OnlyTheFirstViolationsAreKeptAndAllAreCounted) {
  Story story;
  story.boot();
  for (std::uint64_t task = 1; task <= 8; ++task) {
    story.tell(kClient, swarm::TaskContradicted{swarm::TaskId(task), 1, Story::result_of(task)});
  }
  const auto results = story.judge();
  EXPECT_EQ(find(results, "answers_agree").violated, 8U);
  EXPECT_EQ(find(results, "answers_agree").first.size(), kViolationsKept);
  EXPECT_EQ(find(results, "answers_agree").first.front().who, kClient);
}

}  // namespace
}  // namespace check::test
