// What a controller keeps, and what it makes of it when it is back.
#include "control/controller.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "control/trace.h"
#include "core/codec.h"
#include "situation.h"

namespace control {
namespace {

world::Effects step(Controller& controller, const world::Event& event,
                    core::Time now = core::at(core::seconds(100))) {
  num::Stream random(1, 0, num::purpose_of("test.controller"));
  world::Context context{world::NodeId(9), world::Incarnation(1), now, {}, random};
  world::Effects effects;
  controller.step(event, context, effects);
  return effects;
}

core::Bytes kept_in(const world::Effects& effects) {
  for (const world::Effect& effect : effects.list()) {
    if (const auto* persist = std::get_if<world::Persist>(&effect)) {
      return persist->record;
    }
  }
  return {};
}

// It sees one sandbox of its deployment and no leader, so it adopts the one and wants two more.
core::Bytes store_after_a_look(Controller& controller) {
  step(controller, world::Start{});
  Situation situation;
  situation.sandbox(5);
  sandbox::Listing listing{situation.observed.sandboxes};
  world::Returned returned;
  returned.call = world::CallId(1);
  returned.ok = true;
  returned.result = core::encode(sandbox::Answer(listing));
  step(controller, returned);
  return kept_in(step(controller, world::TimerFired{world::TimerId(1)}));
}

TEST(Controller, GoesOnFromItsStore) {
  Controller first(configuration());
  const core::Bytes store = store_after_a_look(first);
  ASSERT_FALSE(store.empty()) << "what it decided is durable";
  EXPECT_EQ(first.desired().instances.size(), 3U);
  Controller second(configuration());
  step(second, world::Start{{store}});
  EXPECT_EQ(second.desired(), first.desired());
}

// A swarm that it does not know of any more would get a twin.
TEST(Controller, StopsWithAReasonWhereItCannotReadItsStore) {
  Controller first(configuration());
  core::Bytes store = store_after_a_look(first);
  store.pop_back();
  Controller second(configuration());
  EXPECT_DEATH(step(second, world::Start{{store}}), "written by this version of the program");
}

// Three agents where two are wanted, by the second. The provider takes its time to end one.
class ShrinkingFleet {
 public:
  ShrinkingFleet() : controller_(two_wanted()) {
    for (const std::uint32_t node : {5U, 6U, 7U}) {
      situation_.agent(node);
    }
  }

  std::set<world::NodeId> silent;

  // Everybody else reports, and the controller looks at what there is. Returns how many it holds to
  // be away.
  double second() {
    now_ += core::seconds(1);
    ++sequence_;
    for (const swarm::MemberStatusReport& member : situation_.observed.status->members) {
      if (!silent.contains(member.entry.node)) {
        world::Sample sample;
        sample.node = member.entry.node;
        sample.incarnation = member.entry.incarnation;
        sample.sequence = sequence_;
        sample.covers = core::seconds(1);
        sample.pool = member.entry.pool;
        sample.state = world::AgentState::kReady;
        receive(sample.node, sample);
      }
    }
    const world::Effects looked = step(
        controller_,
        sequence_ == 1 ? world::Event(world::Start{}) : world::TimerFired{world::TimerId(1)}, now_);
    double away = away_in(looked).value_or(-1);
    for (const world::Effect& effect : looked.list()) {
      if (const auto* call = std::get_if<world::Call>(&effect)) {
        world::Returned returned;
        returned.call = call->call;
        returned.ok = true;
        returned.result =
            core::encode(sandbox::Answer(sandbox::Listing{situation_.observed.sandboxes}));
        away = away_in(step(controller_, returned, now_)).value_or(away);
      } else if (const auto* send = std::get_if<world::Send>(&effect)) {
        swarm::StatusAnswer answer = *situation_.observed.status;
        answer.token = world::payload<swarm::StatusQuery>(send->message)->token;
        away = away_in(receive(world::NodeId(1), answer)).value_or(away);
      }
    }
    return away;
  }
  // The agents that are to end.
  [[nodiscard]] std::set<world::NodeId> retiring() const {
    std::set<world::NodeId> nodes;
    for (const auto& [node, instance] : controller_.desired().instances) {
      if (instance.retiring) {
        nodes.insert(node);
      }
    }
    return nodes;
  }

 private:
  static ControllerConfig two_wanted() {
    ControllerConfig config = configuration();
    config.fleets = {fleet("spoke", 2)};
    return config;
  }
  template <class T>
  world::Effects receive(world::NodeId from, const T& payload) {
    world::Message message = world::make_message(world::NodeId(9), payload);
    message.from = from;
    return step(controller_, world::Received{message}, now_);
  }
  static std::optional<double> away_in(const world::Effects& effects) {
    for (const world::Effect& effect : effects.list()) {
      const auto* trace = std::get_if<world::Trace>(&effect);
      if (trace != nullptr && trace->record.kind == SecondSeen::kKind) {
        const auto seen = core::decode<SecondSeen>(trace->record.body);
        return seen->values[static_cast<std::size_t>(monitor::Metric::kAway)];
      }
    }
    return std::nullopt;
  }

  Situation situation_;
  Controller controller_;
  core::Time now_ = core::at(core::seconds(100));
  std::uint64_t sequence_ = 0;
};

TEST(Controller, DoesNotMissAnAgentThatItEnds) {
  ShrinkingFleet fleet;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(fleet.second(), 0) << i;
  }
  const std::set<world::NodeId> ending = fleet.retiring();
  ASSERT_EQ(ending.size(), 1U);
  fleet.silent = ending;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(fleet.second(), 0) << i;
  }
  EXPECT_EQ(fleet.retiring(), ending) << "the provider has not ended it yet";
  fleet.silent.insert(*ending.begin() == world::NodeId(5) ? world::NodeId(6) : world::NodeId(5));
  for (int i = 0; i < 10; ++i) {
    fleet.second();
  }
  EXPECT_EQ(fleet.second(), 1) << "one that is to stay is missed";
}

}  // namespace
}  // namespace control
