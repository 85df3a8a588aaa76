#include "swarm/dispatch.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <queue>

namespace swarm {
namespace {

using testing::ElementsAre;
using world::NodeId;

Requirement needs(std::string capability) {
  return {std::move(capability), false, ""};
}

Dispatch ready_agents(Policy policy, std::uint32_t count, std::uint32_t limit = 4) {
  Dispatch dispatch({policy, limit});
  for (std::uint32_t i = 1; i <= count; ++i) {
    dispatch.add(NodeId(i), {"trade"});
    dispatch.set_ready(NodeId(i), true);
  }
  return dispatch;
}

// Agents that serve one task at a time, each at its own speed, behind a leader whose queue is never
// empty, or that gets one task every `gap`. Times are in ticks; a message takes `hop` ticks.
class Shop {
 public:
  Shop(Dispatch dispatch, std::vector<std::uint64_t> speeds)
      : dispatch_(std::move(dispatch)), speeds_(std::move(speeds)), free_at_(speeds_.size()) {}

  static constexpr std::uint64_t kWork = 12'000;  // of one task at speed 1
  static constexpr std::uint64_t kHop = 100;

  void fill(std::uint64_t now) {
    while (give(now)) {
    }
  }
  bool give(std::uint64_t now) {
    const Pick pick = dispatch_.pick(needs("trade"), random_);
    if (pick.outcome != PickOutcome::kPicked) {
      return false;
    }
    const std::size_t index = pick.agent.value - 1;
    const std::uint64_t begin = std::max(now + kHop, free_at_[index]);
    free_at_[index] = begin + kWork / speeds_[index];
    done_.emplace(free_at_[index] + kHop, pick.agent);
    return true;
  }
  // The next task that is given back; its time.
  std::uint64_t finish_one() {
    const auto [when, agent] = done_.top();
    done_.pop();
    dispatch_.release(agent, true);
    ++finished_;
    return when;
  }
  // Completions over the time of `units` tasks at speed 1, with work always waiting.
  std::uint64_t saturated(std::uint64_t units) {
    fill(0);
    while (done_.top().first <= units * kWork) {
      fill(finish_one());
    }
    return finished_;
  }
  // Offers `tasks` one every `gap`; what finds no room is offered again when there is some.
  void offer(std::uint64_t tasks, std::uint64_t gap) {
    std::uint64_t waiting = 0;
    for (std::uint64_t i = 0; i < tasks; ++i) {
      const std::uint64_t now = start_ += gap;
      ++waiting;
      while (!done_.empty() && done_.top().first <= now) {
        const std::uint64_t when = finish_one();
        while (waiting > 1 && give(when)) {
          --waiting;
        }
      }
      while (waiting > 0 && give(now)) {
        --waiting;
      }
    }
  }
  Dispatch& dispatch() { return dispatch_; }

 private:
  using Done = std::pair<std::uint64_t, NodeId>;
  Dispatch dispatch_;
  std::vector<std::uint64_t> speeds_;
  std::vector<std::uint64_t> free_at_;
  std::priority_queue<Done, std::vector<Done>, std::greater<>> done_;
  std::uint64_t finished_ = 0;
  std::uint64_t start_ = 0;
  num::Stream random_{1, 2, 3};
};

double unevenness(const std::map<NodeId, std::uint64_t>& shares) {
  const auto [least, most] =
      std::ranges::minmax_element(shares, {}, [](const auto& share) { return share.second; });
  return static_cast<double>(most->second) / static_cast<double>(least->second);
}

constexpr std::uint64_t kUnits = 200;
const std::vector<std::uint64_t> kSpeeds = {1, 1, 1, 2, 4};  // together 9

TEST(Dispatch, PoliciesThatConserveWorkUseTheSummedCapacityOfUnequalAgents) {
  for (const Policy policy : {Policy::kLeastLoaded, Policy::kPowerOfTwo, Policy::kSpecialised}) {
    Shop shop(ready_agents(policy, 5), kSpeeds);
    EXPECT_GE(shop.saturated(kUnits), kUnits * 9 * 95 / 100) << name_of(policy);
  }
}

TEST(Dispatch, RoundRobinRunsEveryAgentAtThePaceOfTheSlowest) {
  Shop shop(ready_agents(Policy::kRoundRobin, 5), kSpeeds);
  const std::uint64_t finished = shop.saturated(kUnits);
  EXPECT_LE(finished, kUnits * 9 * 60 / 100);
  EXPECT_GE(finished, kUnits * 5 * 95 / 100);
}

TEST(Dispatch, EqualAgentsGetEqualSharesUnderLightAndHeavyLoad) {
  for (const Policy policy : {Policy::kLeastLoaded, Policy::kRoundRobin}) {
    for (const std::uint64_t gap : {24'000U, 4'000U, 2'500U, 1'000U}) {
      Shop shop(ready_agents(policy, 5), {1, 1, 1, 1, 1});
      shop.offer(1'000, gap);
      EXPECT_LE(unevenness(shop.dispatch().shares()), 1.25) << name_of(policy) << " gap " << gap;
    }
  }
}

TEST(Dispatch, AfterOneDiesTheRestStayBalanced) {
  for (const Policy policy : {Policy::kLeastLoaded, Policy::kRoundRobin}) {
    Shop shop(ready_agents(policy, 5), {1, 1, 1, 1, 1});
    shop.offer(500, 4'000);
    const auto before = shop.dispatch().shares();
    shop.dispatch().set_suspected(NodeId(3), true);
    shop.offer(1'000, 4'000);
    auto during = shop.dispatch().shares();
    for (auto& [node, share] : during) {
      share -= before.at(node);
    }
    EXPECT_EQ(during.at(NodeId(3)), 0U) << name_of(policy);
    during.erase(NodeId(3));
    EXPECT_LE(unevenness(during), 1.25) << name_of(policy);
  }
}

TEST(Dispatch, AnAgentThatComesBackIsNotFlooded) {
  Shop shop(ready_agents(Policy::kLeastLoaded, 4), {1, 1, 1, 1});
  shop.dispatch().set_suspected(NodeId(1), true);
  shop.offer(400, 5'000);
  const auto before = shop.dispatch().shares();
  shop.dispatch().set_suspected(NodeId(1), false);
  shop.offer(400, 5'000);
  auto during = shop.dispatch().shares();
  for (auto& [node, share] : during) {
    share -= before.at(node);
  }
  EXPECT_LE(unevenness(during), 1.25);
}

TEST(Dispatch, LeastLoadedTakesTheLeastLoadedAndThenTheOnePickedLongestAgo) {
  Dispatch dispatch = ready_agents(Policy::kLeastLoaded, 3);
  num::Stream random;
  std::vector<std::uint32_t> order;
  for (int i = 0; i < 4; ++i) {
    order.push_back(dispatch.pick(needs("trade"), random).agent.value);
  }
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 1));
  dispatch.release(NodeId(3), true);
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(3));
  dispatch.release(NodeId(3), true);
  dispatch.release(NodeId(2), true);
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2));
}

TEST(Dispatch, RoundRobinWaitsForTheNextInTurnWhenItIsFull) {
  Dispatch dispatch = ready_agents(Policy::kRoundRobin, 2, 1);
  num::Stream random;
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(1));
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2));
  dispatch.release(NodeId(2), true);
  EXPECT_EQ(dispatch.pick(needs("trade"), random).outcome, PickOutcome::kSaturated);
  dispatch.release(NodeId(1), true);
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(1));
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2));
}

TEST(Dispatch, RoundRobinKeepsATurnForEachClass) {
  Dispatch dispatch({Policy::kRoundRobin, 10});
  for (std::uint32_t i = 1; i <= 4; ++i) {
    dispatch.add(NodeId(i), {i % 2 == 1 ? "odd" : "even"});
    dispatch.set_ready(NodeId(i), true);
  }
  num::Stream random;
  std::vector<std::uint32_t> order;
  for (const char* capability : {"odd", "even", "odd", "even", "odd", "", ""}) {
    order.push_back(dispatch.pick(needs(capability), random).agent.value);
  }
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4, 1, 1, 2));
}

TEST(Dispatch, PowerOfTwoPrefersTheHealthierAndThenTheLessLoadedOfTwo) {
  Dispatch dispatch = ready_agents(Policy::kPowerOfTwo, 2, 100);
  num::Stream random;
  dispatch.adopt(NodeId(1));
  dispatch.adopt(NodeId(1));
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2));
  dispatch.release(NodeId(2), false);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(1));
  }
  dispatch.adopt(NodeId(2));
  dispatch.release(NodeId(2), true);
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2));
}

TEST(Dispatch, PowerOfTwoNeverComparesAnAgentWithItself) {
  // With one of two agents ahead in load, a pick of the loaded one would show a draw of it twice.
  Dispatch dispatch = ready_agents(Policy::kPowerOfTwo, 2, 1'000'000);
  for (int i = 0; i < 1'000; ++i) {
    dispatch.adopt(NodeId(1));
  }
  num::Stream random;
  for (int i = 0; i < 900; ++i) {
    ASSERT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2));
  }
}

TEST(Dispatch, OnlyReadyTrustedAgentsWithRoomArePicked) {
  for (const Policy policy :
       {Policy::kRoundRobin, Policy::kLeastLoaded, Policy::kPowerOfTwo, Policy::kSpecialised}) {
    Dispatch dispatch = ready_agents(policy, 4, 2);
    dispatch.set_ready(NodeId(1), false);
    dispatch.set_suspected(NodeId(2), true);
    num::Stream random;
    for (int i = 0; i < 4; ++i) {
      const Pick pick = dispatch.pick(needs("trade"), random);
      ASSERT_EQ(pick.outcome, PickOutcome::kPicked) << name_of(policy);
      EXPECT_GE(pick.agent.value, 3U) << name_of(policy);
    }
    EXPECT_EQ(dispatch.pick(needs("trade"), random).outcome, PickOutcome::kSaturated);
    dispatch.set_suspected(NodeId(2), false);
    EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2)) << name_of(policy);
  }
}

TEST(Dispatch, WorkGoesToWhoDeclaresItAndNobodyElse) {
  for (const Policy policy :
       {Policy::kRoundRobin, Policy::kLeastLoaded, Policy::kPowerOfTwo, Policy::kSpecialised}) {
    Dispatch dispatch({policy, 100});
    for (std::uint32_t i = 1; i <= 6; ++i) {
      dispatch.add(NodeId(i), {i <= 2 ? "pairs" : "momentum"});
      dispatch.set_ready(NodeId(i), true);
    }
    num::Stream random;
    for (int i = 0; i < 100; ++i) {
      EXPECT_LE(dispatch.pick(needs("pairs"), random).agent.value, 2U) << name_of(policy);
      EXPECT_GE(dispatch.pick(needs("momentum"), random).agent.value, 3U) << name_of(policy);
    }
    EXPECT_EQ(dispatch.pick(needs("risk"), random).outcome, PickOutcome::kNoneCapable);
  }
}

TEST(Dispatch, WhenNobodyDeclaresItTheDeclaredFallbackDoes) {
  Dispatch dispatch = ready_agents(Policy::kLeastLoaded, 2);
  dispatch.add(NodeId(3), {"risk"});
  dispatch.set_ready(NodeId(3), true);
  num::Stream random;
  const Pick other = dispatch.pick({"pairs", false, "risk"}, random);
  EXPECT_EQ(other, (Pick{PickOutcome::kPicked, NodeId(3), true}));
  const Pick any = dispatch.pick({"pairs", true, ""}, random);
  EXPECT_EQ(any, (Pick{PickOutcome::kPicked, NodeId(1), true}));
  EXPECT_EQ(dispatch.pick({"pairs", false, "arbitrage"}, random).outcome,
            PickOutcome::kNoneCapable);
}

TEST(Dispatch, OnlySpecialisedFallsBackWhenTheWholeClassIsSuspected) {
  for (const Policy policy : {Policy::kLeastLoaded, Policy::kSpecialised}) {
    Dispatch dispatch({policy, 4});
    dispatch.add(NodeId(1), {"pairs"});
    dispatch.add(NodeId(2), {"momentum"});
    dispatch.set_ready(NodeId(1), true);
    dispatch.set_ready(NodeId(2), true);
    num::Stream random;
    const Requirement pairs{"pairs", true, ""};
    EXPECT_FALSE(dispatch.pick(pairs, random).used_fallback);
    dispatch.set_suspected(NodeId(1), true);
    const Pick pick = dispatch.pick(pairs, random);
    if (policy == Policy::kSpecialised) {
      EXPECT_EQ(pick, (Pick{PickOutcome::kPicked, NodeId(2), true}));
    } else {
      EXPECT_EQ(pick.outcome, PickOutcome::kSaturated);
    }
    // An agent that is not ready yet is waited for: it is about to be.
    dispatch.set_suspected(NodeId(1), false);
    dispatch.set_ready(NodeId(1), false);
    EXPECT_EQ(dispatch.pick(pairs, random).outcome, PickOutcome::kSaturated);
  }
}

TEST(Dispatch, AdoptedTasksCountAndReportsOfTheForgottenDoNot) {
  Dispatch dispatch = ready_agents(Policy::kLeastLoaded, 2, 2);
  num::Stream random;
  for (int i = 0; i < 3; ++i) {
    dispatch.adopt(NodeId(1));
  }
  EXPECT_EQ(dispatch.in_flight(NodeId(1)), 3U);
  EXPECT_EQ(dispatch.pick(needs("trade"), random).agent, NodeId(2));
  dispatch.remove(NodeId(1));
  dispatch.release(NodeId(1), true);
  dispatch.set_ready(NodeId(1), true);
  EXPECT_EQ(dispatch.in_flight(NodeId(1)), 0U);
  EXPECT_EQ(dispatch.shares().size(), 1U);
}

TEST(Dispatch, EqualStatesPickEqually) {
  Dispatch dispatch = ready_agents(Policy::kPowerOfTwo, 7);
  num::Stream random(4, 5, 6);
  Dispatch copy = dispatch;
  num::Stream same(4, 5, 6);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(dispatch.pick(needs("trade"), random), copy.pick(needs("trade"), same));
  }
  EXPECT_EQ(core::digest(dispatch), core::digest(copy));
  EXPECT_EQ(dispatch, copy);
}

}  // namespace
}  // namespace swarm
