// What a controller keeps, and what it makes of it when it is back.
#include "control/controller.h"

#include <gtest/gtest.h>

#include "core/codec.h"
#include "situation.h"

namespace control {
namespace {

world::Effects step(Controller& controller, const world::Event& event) {
  num::Stream random(1, 0, num::purpose_of("test.controller"));
  world::Context context{
      world::NodeId(9), world::Incarnation(1), core::at(core::seconds(100)), {}, random};
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

}  // namespace
}  // namespace control
