#include "lab/film.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/load.h"
#include "swarm/trace.h"

namespace lab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr world::NodeId kHub(1);
constexpr world::NodeId kSpoke(2);

class FilmStory : public testing::Test {
 protected:
  template <class T>
  void says(std::int64_t millisecond, world::NodeId node, const T& payload) {
    film.receive({core::at(core::milliseconds(millisecond)), node, world::Incarnation(1),
                  world::make_trace(payload)});
  }
  std::vector<std::string> kinds() const {
    std::vector<std::string> names;
    for (const FilmEvent& event : film.events()) {
      names.emplace_back(name_of(event.kind));
    }
    return names;
  }
  Film film;
};

TEST_F(FilmStory, ALeaderIsElectedAssignsAndHalts) {
  says(1, kHub, world::NodeBooted{});
  says(2, kHub, swarm::BecameLeader{swarm::GroupId(1), 3, {kHub}, {kHub}, 0});
  says(4, kHub, swarm::LeaderReady{3, 0});
  says(9, kHub, world::NodeHalted{world::HaltReason::kCrash});
  EXPECT_THAT(kinds(), ElementsAre("up", "leads", "assigns", "down"));
  EXPECT_EQ(film.events()[1].value, 3U);
  EXPECT_EQ(film.events()[3].text, "crash");
  EXPECT_EQ(film.events()[3].at, core::at(core::milliseconds(9)));
}

TEST_F(FilmStory, WhatEveryReplicaAppliesIsToldOnceAndALateReplicaChangesNothing) {
  const swarm::MemberJoined joined{7, kSpoke, swarm::PoolId(2), world::Incarnation(1)};
  const swarm::MemberLeft left{9, kSpoke, world::Incarnation(1), true};
  says(1, kHub, joined);
  says(2, kSpoke, joined);
  says(3, kHub, left);
  says(4, kSpoke, left);
  says(5, world::NodeId(3), joined);
  EXPECT_THAT(kinds(), ElementsAre("joins", "leaves"));
  EXPECT_EQ(film.events()[0].value, 2U);
}

TEST_F(FilmStory, ARouteIsToldByItsEpoch) {
  const swarm::Route half{2, {{swarm::PoolId(1), 5'000}, {swarm::PoolId(2), 5'000}}};
  says(1, kHub, swarm::RouteChanged{4, half});
  says(2, kSpoke, swarm::RouteChanged{4, half});
  ASSERT_THAT(film.events(), SizeIs(1));
  EXPECT_EQ(film.events()[0].text, "1:5000,2:5000");
}

TEST_F(FilmStory, MessagesAreCountedBySlotAndDirection) {
  const auto passes = [&](std::int64_t millisecond) {
    const core::Time at = core::at(core::milliseconds(millisecond));
    world::Message message;
    message.from = kHub;
    message.to = kSpoke;
    film.on_delivery(at, at, message);
  };
  passes(10);
  passes(199);
  passes(200);
  says(250, {}, world::MessageDropped{kHub, kSpoke, 1, world::DropReason::kFault});
  const auto& slots = film.traffic().at({kHub, kSpoke});
  EXPECT_EQ(slots.at(0).arrived, 2U);
  EXPECT_EQ(slots.at(1).arrived, 1U);
  EXPECT_EQ(slots.at(1).lost, 1U);
}

TEST_F(FilmStory, TooMuchTrafficIsLeftOutWhole) {
  for (std::size_t i = 0; i <= Film::kMostSlots; ++i) {
    const core::Time at = core::at(Film::kSlot * i);
    world::Message message;
    message.from = kHub;
    message.to = kSpoke;
    film.on_delivery(at, at, message);
  }
  EXPECT_FALSE(film.traffic_complete());
  EXPECT_THAT(film.traffic(), IsEmpty());
}

TEST_F(FilmStory, EventsBeyondTheBoundAreLeftOutAndThatIsSaid) {
  for (std::size_t i = 0; i < Film::kMostEvents; ++i) {
    says(1, kHub, world::NodePaused{});
  }
  EXPECT_TRUE(film.events_complete());
  says(2, kHub, world::NodePaused{});
  EXPECT_FALSE(film.events_complete());
  EXPECT_THAT(film.events(), SizeIs(Film::kMostEvents));
}

TEST(AFilmedRun, IsTheSameRunAndShowsTheLossOfTheHub) {
  const auto file = scenario::load(R"(
pattern: star
duration: 5s
topology: {kind: star, standbys: 2}
pools: [{name: spoke, size: 4, strategy: momentum}]
workload: {rate: 20/s}
faults: [{kind: crash, target: hub, at: 2s, for: 2s}]
)",
                                   "test.yaml", {});
  ASSERT_TRUE(file.has_value()) << file.error().message;
  RunOptions options;
  const auto plain = run(*file, file->runs.front(), options);
  const auto filmed = film(*file, file->runs.front(), options);
  ASSERT_TRUE(plain.has_value() && filmed.has_value());
  EXPECT_EQ(filmed->run.fingerprint, plain->fingerprint);
  EXPECT_EQ(filmed->cast.at(0).role, "hub");
  EXPECT_EQ(filmed->cast.at(1).role, "standby");
  EXPECT_EQ(filmed->cast.at(1).pool, "spoke");
  EXPECT_EQ(filmed->cast.back().role, "client");
  EXPECT_THAT(filmed->pools, ElementsAre("spoke"));
  const core::Time crash = core::at(kSettle + core::seconds(2));
  std::vector<world::NodeId> leaders;
  bool hub_went_down = false;
  bool link_was_lost = false;
  for (const FilmEvent& event : filmed->film.events()) {
    if (event.kind == FilmKind::kAssigns) {
      leaders.push_back(event.node);
    }
    hub_went_down |= event.kind == FilmKind::kDown && event.node == kHub && event.at == crash;
    link_was_lost |= event.kind == FilmKind::kLinkLost && event.peer == kHub && event.at > crash;
  }
  EXPECT_TRUE(hub_went_down);
  EXPECT_TRUE(link_was_lost);
  ASSERT_GE(leaders.size(), 2U);
  EXPECT_EQ(leaders[0], kHub);
  EXPECT_NE(leaders[1], kHub);
  EXPECT_TRUE(filmed->film.traffic_complete());
  EXPECT_FALSE(filmed->film.traffic().empty());
}

TEST(AFilmedRun, NamesThePoolsOfEachVersion) {
  const auto file = scenario::load(R"(
pattern: blue_green
duration: 5s
pools:
  - {name: blue, size: 3, strategy: momentum, version: 1}
  - {name: green, size: 3, strategy: momentum, version: 2}
workload: {rate: 20/s}
rollout: {kind: blue_green, begins: 1s}
)",
                                   "test.yaml", {});
  ASSERT_TRUE(file.has_value()) << file.error().message;
  const auto filmed = film(*file, file->runs.front(), {});
  ASSERT_TRUE(filmed.has_value()) << filmed.error().message;
  EXPECT_THAT(filmed->pools, ElementsAre("blue", "green"));
  EXPECT_EQ(filmed->cast.at(1).pool, "blue");
  EXPECT_EQ(filmed->cast.back().role, "spare");
}

}  // namespace
}  // namespace lab
