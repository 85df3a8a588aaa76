// Equal runs have equal fingerprints, and every bit of every event and effect matters.
#include <gtest/gtest.h>

#include <map>

#include "fingerprint.h"
#include "scripted.h"

namespace world_sim::test {
namespace {

using world::Context;
using world::Effects;
using world::Event;

// A run with jitter, random timers, losses, a crash with a torn write, work and a service.
Options eventful(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  world::Fault loss =
      fault_of(world::FaultKind::kLoss, milliseconds(100), milliseconds(300), {id(1)});
  loss.probability = num::Probability::percent(20);
  world::Fault crash =
      fault_of(world::FaultKind::kCrash, milliseconds(200), milliseconds(50), {id(2)});
  crash.unsynced = world::UnsyncedWrites::kTear;
  options.faults = {loss, crash};
  return options;
}

void run(Simulation& simulation, core::Time until) {
  simulation.register_service("answer", [](world::NodeId caller, core::BytesView) {
    return world::ServiceAnswer{true, {static_cast<core::Byte>(caller.value)}, "", milliseconds(2)};
  });
  for (std::uint32_t value = 1; value <= 5; ++value) {
    simulation.boot(
        node(value), scripted([](const Event& event, Context& context, Effects& effects) {
          const world::NodeId next = id(context.self.value % 5 + 1);
          if (starts(event) || fires(event, 1)) {
            effects.persist({1, 2, 3}, world::PersistId(1));
            effects.send(next, Ping{context.random.below(1000)});
            effects.call(world::CallId(1), "answer", {});
            effects.set_timer(world::TimerId(1),
                              milliseconds(3) + core::Duration(static_cast<std::int64_t>(
                                                    context.random.below(1000))));
          } else if (received<Ping>(event) != nullptr) {
            effects.work(microseconds(200), microseconds(300));
            effects.trace(Note{"heard", context.wall.time_since_epoch().count()});
          }
        }));
  }
  simulation.run_until(until);
}

struct Result {
  std::uint64_t fingerprint;
  std::vector<std::uint64_t> slices;
};

Result result_of(Options options) {
  Simulation simulation(std::move(options));
  run(simulation, at(seconds(1)));
  return {simulation.fingerprint(), simulation.slice_digests()};
}

TEST(Fingerprint, IsEqualForEqualRunsAndDiffersForAnotherSeed) {
  const Result first = result_of(eventful(1));
  const Result again = result_of(eventful(1));
  const Result other = result_of(eventful(2));
  EXPECT_EQ(first.fingerprint, again.fingerprint);
  EXPECT_EQ(first.slices, again.slices);
  EXPECT_NE(first.fingerprint, other.fingerprint);
  EXPECT_NE(first.slices, other.slices);
}

TEST(Fingerprint, TheFirstSliceThatDiffersIsWhereTwoRunsPart) {
  const Result calm_run = result_of(eventful(1));
  Options changed = eventful(1);
  changed.faults[1].trigger.not_before = at(milliseconds(550));
  Options unchanged = eventful(1);
  unchanged.faults[1].trigger.not_before = at(milliseconds(650));
  const Result early = result_of(changed);
  const Result late = result_of(unchanged);
  ASSERT_EQ(early.slices.size(), 10U);
  for (std::size_t slice = 0; slice < 10; ++slice) {
    EXPECT_EQ(early.slices[slice] == late.slices[slice], slice < 5) << slice;
    EXPECT_EQ(early.slices[slice] == calm_run.slices[slice], slice < 2) << slice;
  }
}

TEST(Fingerprint, DoesNotDependOnWhoWatches) {
  class Watcher : public Observer {
   public:
    bool wants_digests() const override { return true; }
    void on_event(const EventKey&, world::NodeId, const Event&) override { ++events; }
    void on_delivery(core::Time sent, core::Time arrived, const world::Message&) override {
      EXPECT_LT(sent, arrived);
      ++deliveries;
    }
    void on_effect(core::Time when, world::NodeId, const world::Effect&) override {
      EXPECT_GE(when, at(milliseconds(300)));
      EXPECT_LT(when, at(milliseconds(400)));
      ++effects;
    }
    void on_step(const StepView& step, const std::vector<world::Effect>&) override {
      EXPECT_NE(step.state_before, step.state_after);
      ++steps;
    }
    int events = 0;
    int deliveries = 0;
    int effects = 0;
    int steps = 0;
  };
  Watcher watcher;
  Log log;
  Options watched = eventful(1);
  watched.observer = &watcher;
  watched.observe_from = at(milliseconds(300));
  watched.observe_until = at(milliseconds(400));
  watched.sinks = {&log};
  const Result seen = result_of(watched);
  EXPECT_EQ(seen.fingerprint, result_of(eventful(1)).fingerprint);
  EXPECT_GT(watcher.events, 100);
  EXPECT_EQ(watcher.events, watcher.steps);
  EXPECT_GT(watcher.deliveries, 50);
  EXPECT_GT(watcher.effects, 100);
  EXPECT_FALSE(log.entries.empty());
}

// The fingerprint of a node that makes this effect and of nothing else.
std::uint64_t of_effect(const world::Effect& effect) {
  Simulation simulation(calm());
  simulation.boot(node(1), scripted([effect](const Event& event, Context&, Effects& effects) {
                    if (!starts(event)) {
                      return;
                    }
                    // Effects has a verb for each kind and takes no ready-made effect.
                    if (const auto* send = std::get_if<world::Send>(&effect)) {
                      effects.send(send->message);
                    } else if (const auto* timer = std::get_if<world::SetTimer>(&effect)) {
                      effects.set_timer(timer->timer, timer->after);
                    } else if (const auto* cancel = std::get_if<world::CancelTimer>(&effect)) {
                      effects.cancel_timer(cancel->timer);
                    } else if (const auto* persist = std::get_if<world::Persist>(&effect)) {
                      persist->mode == world::PersistMode::kAppend
                          ? effects.persist(persist->record, persist->id)
                          : effects.replace_store(persist->record, persist->id);
                    } else if (const auto* work = std::get_if<world::Work>(&effect)) {
                      effects.work(work->cpu, work->wait);
                    } else if (const auto* call = std::get_if<world::Call>(&effect)) {
                      effects.call(call->call, call->service, call->request);
                    } else {
                      const auto& note = std::get<world::Trace>(effect).record;
                      effects.trace(core::decode<Note>(note.body).value());
                    }
                  }));
  // Nothing of what follows is looked at: the step itself must tell the difference.
  simulation.run_until(at(core::Duration(0)));
  return simulation.fingerprint();
}

TEST(Fingerprint, EveryFieldOfEveryEffectMatters) {
  world::Message message;
  message.to = id(1);
  message.type = 0x0F01;
  message.body = {1};
  const auto with = [&](auto change) {
    world::Message changed = message;
    change(changed);
    return world::Effect(world::Send{changed});
  };
  using world::Call;
  using world::CallId;
  using world::Persist;
  using world::PersistId;
  using world::PersistMode;
  using world::SetTimer;
  using world::TimerId;
  using world::Work;
  const std::vector<world::Effect> effects = {
      world::Send{message},
      with([](world::Message& m) { m.to = id(2); }),
      with([](world::Message& m) { m.type = 0x0F02; }),
      with([](world::Message& m) { m.flags = 1; }),
      with([](world::Message& m) { m.term = 1; }),
      with([](world::Message& m) { m.key = 1; }),
      with([](world::Message& m) { m.body = {2}; }),
      with([](world::Message& m) {
        m.body = {1, 0};
      }),
      SetTimer{TimerId(1), milliseconds(8)},
      SetTimer{TimerId(2), milliseconds(8)},
      SetTimer{TimerId(1), milliseconds(9)},
      world::CancelTimer{TimerId(1)},
      world::CancelTimer{TimerId(2)},
      Persist{PersistId(1), PersistMode::kAppend, {1}},
      Persist{PersistId(2), PersistMode::kAppend, {1}},
      Persist{PersistId(1), PersistMode::kReplaceAll, {1}},
      Persist{PersistId(1), PersistMode::kAppend, {2}},
      Work{milliseconds(1), milliseconds(8)},
      Work{milliseconds(2), milliseconds(8)},
      Work{milliseconds(1), milliseconds(9)},
      Call{CallId(1), "a", {1}},
      Call{CallId(2), "a", {1}},
      Call{CallId(1), "b", {1}},
      Call{CallId(1), "a", {2}},
      world::Trace{world::make_trace(Note{"a", 1})},
      world::Trace{world::make_trace(Note{"b", 1})},
      world::Trace{world::make_trace(Note{"a", 2})},
  };
  std::map<std::uint64_t, std::size_t> seen;
  for (std::size_t index = 0; index < effects.size(); ++index) {
    const auto [place, fresh] = seen.emplace(of_effect(effects[index]), index);
    EXPECT_TRUE(fresh) << index << " has the fingerprint of " << place->second;
    EXPECT_EQ(of_effect(effects[index]), place->first);
  }
}

// The digest of one link of a chain, as the engine makes it.
std::uint64_t of_event(const Event& event) {
  Chain chain(1);
  chain.add(event);
  return chain.value();
}

TEST(Fingerprint, EveryFieldOfEveryEventMatters) {
  world::Message message;
  message.body = {1};
  const auto with = [&](auto change) {
    world::Message changed = message;
    change(changed);
    return Event(world::Received{changed});
  };
  const std::vector<Event> events = {
      world::Start{},
      world::Start{{{}}},
      world::Start{{{1}}},
      world::Start{{{1}, {2}}},
      world::Start{{{1, 2}}},
      world::Received{message},
      with([](world::Message& m) { m.from = id(2); }),
      with([](world::Message& m) { m.to = id(2); }),
      with([](world::Message& m) { m.incarnation = world::Incarnation(2); }),
      with([](world::Message& m) { m.type = 0x0F02; }),
      with([](world::Message& m) { m.flags = 1; }),
      with([](world::Message& m) { m.term = 1; }),
      with([](world::Message& m) { m.key = 1; }),
      with([](world::Message& m) { m.body = {2}; }),
      world::TimerFired{world::TimerId(1)},
      world::TimerFired{world::TimerId(2)},
      world::Persisted{world::PersistId(1)},
      world::Persisted{world::PersistId(2)},
      world::Returned{world::CallId(1), true, {1}, "a"},
      world::Returned{world::CallId(2), true, {1}, "a"},
      world::Returned{world::CallId(1), false, {1}, "a"},
      world::Returned{world::CallId(1), true, {2}, "a"},
      world::Returned{world::CallId(1), true, {1}, "b"},
  };
  std::map<std::uint64_t, std::size_t> seen;
  for (std::size_t index = 0; index < events.size(); ++index) {
    const auto [place, fresh] = seen.emplace(of_event(events[index]), index);
    EXPECT_TRUE(fresh) << index << " has the digest of " << place->second;
  }
}

TEST(Fingerprint, AnEventThatDiffersInOneBitIsSeenEvenIfTheNodeIgnoresIt) {
  const auto with_answer = [](core::Byte answer) {
    Simulation simulation(calm());
    simulation.register_service("ask", [answer](world::NodeId, core::BytesView) {
      return world::ServiceAnswer{true, {answer}, "", milliseconds(1)};
    });
    simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                      if (starts(event)) {
                        effects.call(world::CallId(1), "ask", {});
                      }
                    }));
    simulation.run_until_idle();
    return simulation.fingerprint();
  };
  EXPECT_EQ(with_answer(4), with_answer(4));
  EXPECT_NE(with_answer(4), with_answer(5));
}

}  // namespace
}  // namespace world_sim::test
