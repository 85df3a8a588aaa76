// What a node may count on when nothing goes wrong.
#include "world_sim/simulation.h"

#include <gtest/gtest.h>

#include "scripted.h"

namespace world_sim::test {
namespace {

using world::Context;
using world::Effects;
using world::Event;

TEST(Simulation, AMessageTakesTheLatencyOfItsLinkAndIsAnswered) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  options.network.same_host.latency = microseconds(10);
  options.network.between_zones.latency = milliseconds(30);
  Simulation simulation(options);
  const auto note_times = scripted([](const Event& event, Context&, Effects& effects) {
    if (const auto* message = received<Ping>(event)) {
      effects.trace(Note{"heard", message->from.value});
      effects.trace(Note{"incarnation", message->incarnation.value});
    }
  });
  world::NodeSpec here = node(1);
  here.hardware.host = "box";
  world::NodeSpec neighbour = node(2);
  neighbour.hardware.host = "box";
  world::NodeSpec far = node(4);
  far.zone = "b";
  simulation.boot(here, note_times);
  for (const auto& spec : {neighbour, node(3), far}) {
    simulation.boot(spec, pinger(id(1), seconds(1)));
  }
  const Outcome outcome = simulation.run_until(at(milliseconds(1500)));
  EXPECT_EQ(outcome.reason, StopReason::kTimeReached);
  EXPECT_EQ(simulation.now(), at(milliseconds(1500)));
  EXPECT_EQ(log.values("heard"), (std::vector<std::int64_t>{2, 3, 4}));
  EXPECT_EQ(log.values("incarnation"), (std::vector<std::int64_t>{1, 1, 1}));
  EXPECT_EQ(log.times("heard"), (std::vector<core::Time>{at(seconds(1) + microseconds(10)),
                                                         at(seconds(1) + milliseconds(1)),
                                                         at(seconds(1) + milliseconds(30))}));
  EXPECT_EQ(simulation.statistics(id(1)).messages_delivered, 3U);
  EXPECT_EQ(simulation.statistics(id(4)).messages_sent, 1U);
}

TEST(Simulation, EveryPairOfZonesHasItsOwnDistance) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  options.network.between_zones.latency = milliseconds(30);
  options.network.between[zone_pair("c", "a")].latency = milliseconds(90);
  Simulation simulation(options);
  const auto note_times = scripted([](const Event& event, Context&, Effects& effects) {
    if (const auto* message = received<Ping>(event)) {
      effects.trace(Note{"heard", message->from.value});
    }
  });
  world::NodeSpec near = node(2);
  near.zone = "b";
  world::NodeSpec far = node(3);
  far.zone = "c";
  simulation.boot(node(1), note_times);
  simulation.boot(near, pinger(id(1), seconds(1)));
  simulation.boot(far, pinger(id(1), seconds(1)));
  simulation.run_until(at(milliseconds(1500)));
  EXPECT_EQ(log.times("heard"), (std::vector<core::Time>{at(seconds(1) + milliseconds(30)),
                                                         at(seconds(1) + milliseconds(90))}));
}

TEST(Simulation, ALinkKeepsOrderAndTakesTurnsOnItsBandwidth) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  options.network.same_zone = {milliseconds(1), milliseconds(5), 64'000};  // a cell per ms
  Simulation simulation(options);
  simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                    if (starts(event)) {
                      for (std::uint64_t number = 1; number <= 20; ++number) {
                        effects.send(id(2), Ping{number});
                      }
                    }
                  }));
  simulation.boot(node(2), echo());
  simulation.run_until(at(seconds(1)));
  std::vector<std::int64_t> in_order(20);
  for (std::size_t i = 0; i < 20; ++i) {
    in_order[i] = static_cast<std::int64_t>(i) + 1;
  }
  EXPECT_EQ(log.values("heard"), in_order);
  EXPECT_GE(log.times("heard").back(), at(milliseconds(21)));
}

TEST(Simulation, TimersFireOnceReplaceEachOtherAndCanBeCancelled) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.boot(node(1), scripted([](const Event& event, Context& context, Effects& effects) {
                    if (starts(event)) {
                      effects.set_timer(world::TimerId(1), milliseconds(10));
                      effects.set_timer(world::TimerId(1), milliseconds(20));
                      effects.set_timer(world::TimerId(2), milliseconds(5));
                      effects.cancel_timer(world::TimerId(2));
                    }
                    if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
                      effects.trace(Note{"fired", static_cast<std::int64_t>(fired->timer.value)});
                      effects.trace(Note{"now", core::to_ns(context.now)});
                    }
                  }));
  EXPECT_EQ(simulation.run_until_idle().reason, StopReason::kIdle);
  EXPECT_EQ(log.values("fired"), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(log.values("now"), (std::vector<std::int64_t>{20'000'000}));
  EXPECT_EQ(simulation.statistics(id(1)).timers_fired, 1U);
}

TEST(Simulation, ATimerThatIsSetAgainAndAgainFiresOnceAfterTheLastTime) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.boot(node(1), scripted([](const Event& event, Context& context, Effects& effects) {
                    if (starts(event)) {
                      effects.set_timer(world::TimerId(2), milliseconds(90));
                    }
                    if (starts(event) || received<Ping>(event) != nullptr) {
                      effects.set_timer(world::TimerId(1), milliseconds(50));
                    }
                    if (context.now < at(milliseconds(60))) {  // sooner than it is set to
                      effects.cancel_timer(world::TimerId(2));
                      effects.set_timer(world::TimerId(2), milliseconds(30));
                    }
                    if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
                      effects.trace(Note{"fired", static_cast<std::int64_t>(fired->timer.value)});
                    }
                  }));
  simulation.boot(node(2), pinger(id(1), milliseconds(10)));
  simulation.run_until(at(milliseconds(100)));
  EXPECT_EQ(simulation.view(id(1)).timers, 1U);
  simulation.halt(id(2), world::HaltReason::kFinished);
  simulation.run_until(at(seconds(1)));
  // Pings arrive at 11, 21, …, 101.
  EXPECT_EQ(log.values("fired"), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(log.times("fired"),
            (std::vector<core::Time>{at(milliseconds(81)), at(milliseconds(151))}));
  EXPECT_EQ(simulation.view(id(1)).timers, 0U);
}

TEST(Simulation, NothingLeavesANodeBeforeWhatItDependsOnIsDurable) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.boot(
      node(1), scripted([](const Event& event, Context&, Effects& effects) {
        if (starts(event)) {
          effects.trace(Note{"before", 0});
          effects.persist({7, 7}, world::PersistId(9));
          effects.trace(Note{"after", 0});
          effects.set_timer(world::TimerId(1), core::Duration(0));
        }
        if (const auto* durable = std::get_if<world::Persisted>(&event)) {
          effects.trace(Note{"persisted", static_cast<std::int64_t>(durable->id.value)});
        }
      }));
  simulation.run_until(at(milliseconds(1)));
  EXPECT_TRUE(simulation.durable_records(id(1)).empty());
  simulation.run_until_idle();
  EXPECT_EQ(simulation.durable_records(id(1)), (std::vector<core::Bytes>{{7, 7}}));
  EXPECT_EQ(log.times("before"), (std::vector<core::Time>{at(core::Duration(0))}));
  EXPECT_EQ(log.times("after"), (std::vector<core::Time>{at(milliseconds(2))}));
  EXPECT_EQ(log.values("persisted"), (std::vector<std::int64_t>{9}));
}

TEST(Simulation, WorkOccupiesACoreThenWaitsAndOtherWorkQueuesMeanwhile) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                    if (const auto* message = received<Ping>(event)) {
                      const auto number = static_cast<std::int64_t>(content<Ping>(*message).number);
                      effects.trace(Note{"begun", number});
                      effects.work(milliseconds(30), milliseconds(100));
                      effects.trace(Note{"done", number});
                    }
                  }));
  simulation.boot(node(2), pinger(id(1), milliseconds(9)));
  simulation.run_until(at(milliseconds(200)));
  // Pings arrive at 10, 19, 28, …, and each is taken up at once. Their work takes the single core
  // one after the other, 30 each, from 10 on; each then waits 100 beside the others.
  const auto begun = log.times("begun");
  const auto done = log.times("done");
  ASSERT_GE(begun.size(), 3U);
  EXPECT_EQ(begun[0], at(milliseconds(10)));
  EXPECT_EQ(begun[2], at(milliseconds(28)));
  ASSERT_EQ(done.size(), 3U);
  EXPECT_EQ(done[0], at(milliseconds(140)));
  EXPECT_EQ(done[1], at(milliseconds(170)));
  EXPECT_EQ(done[2], at(milliseconds(200)));
  EXPECT_EQ(simulation.utilisation_permille(id(1)), 950U);
  EXPECT_GT(simulation.view(id(1)).work_waiting, 5U);
}

TEST(Simulation, AStepCostsTimeAndItsEffectsLeaveAtItsEnd) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  world::NodeSpec slow = node(1);
  slow.hardware.cores = 4;  // steps of one node still go one after the other
  slow.hardware.step_cost = milliseconds(5);
  slow.hardware.speed_permille = 500;
  simulation.boot(slow, echo());
  simulation.boot(node(2), pinger(id(1), milliseconds(1)));
  simulation.run_until(at(milliseconds(100)));
  const auto heard = log.times("heard");
  ASSERT_GE(heard.size(), 3U);
  EXPECT_EQ(heard[0], at(milliseconds(20)));  // Start takes 0 to 10
  EXPECT_EQ(heard[1], at(milliseconds(30)));
  EXPECT_EQ(heard[2], at(milliseconds(40)));
  EXPECT_EQ(simulation.statistics(id(1)).step_busy, milliseconds(100));
  EXPECT_EQ(simulation.utilisation_permille(id(1)), 250U);
}

TEST(Simulation, NodesOfOneHostShareItsCores) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  const auto busy = scripted([](const Event& event, Context& context, Effects& effects) {
    if (starts(event)) {
      effects.work(milliseconds(10), core::Duration(0));
      effects.trace(Note{"done", context.self.value});
    }
  });
  for (const std::uint32_t value : {1U, 2U, 3U, 4U}) {
    world::NodeSpec spec = node(value);
    spec.hardware.host = "box";
    spec.hardware.host_cores = 2;
    simulation.boot(spec, busy);
  }
  simulation.run_until_idle();
  EXPECT_EQ(log.times("done"), (std::vector<core::Time>(4, at(milliseconds(20)))));
  EXPECT_EQ(simulation.statistics(id(1)).cpu_busy, milliseconds(10));
}

TEST(Simulation, AFullInboxDropsMessagesButNoTimers) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  world::NodeSpec small = node(1);
  small.hardware.inbox_limit = 3;
  small.hardware.step_cost = milliseconds(30);
  simulation.boot(small, scripted([](const Event& event, Context&, Effects& effects) {
                    if (starts(event)) {
                      effects.set_timer(world::TimerId(5), milliseconds(50));
                    }
                    if (received<Ping>(event) != nullptr) {
                      effects.trace(Note{"heard", 0});
                    }
                    if (fires(event, 5)) {
                      effects.trace(Note{"timer", 0});
                    }
                  }));
  simulation.boot(node(2), pinger(id(1), milliseconds(10)));
  // A ping each 10 ms, and 30 for each: most find the inbox full. The timer finds it full too.
  simulation.run_until(at(milliseconds(300)));
  EXPECT_EQ(log.values("timer").size(), 1U);
  EXPECT_GE(log.values("heard").size(), 7U);
  EXPECT_LE(log.values("heard").size(), 9U);
  EXPECT_GE(simulation.statistics(id(1)).inbox_dropped, 15U);
  EXPECT_EQ(log.drops(world::DropReason::kInboxFull), simulation.statistics(id(1)).inbox_dropped);
  EXPECT_LE(simulation.statistics(id(1)).inbox_peak, 4U);
}

TEST(Simulation, AServiceAnswersAfterItsLatencyAndAnUnknownOneWithAnError) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.register_service("double", [](world::NodeId, core::BytesView request) {
    return world::ServiceAnswer{
        true, {static_cast<core::Byte>(request[0] * 2)}, "", milliseconds(7)};
  });
  simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                    if (starts(event)) {
                      effects.call(world::CallId(1), "double", {21});
                      effects.call(world::CallId(2), "halve", {21});
                    }
                    if (const auto* answer = std::get_if<world::Returned>(&event)) {
                      effects.trace(Note{answer->ok ? "ok" : answer->error,
                                         answer->ok ? answer->result[0] : 0});
                    }
                  }));
  simulation.run_until_idle();
  EXPECT_EQ(log.times("ok"), (std::vector<core::Time>{at(milliseconds(7))}));
  EXPECT_EQ(log.values("ok"), (std::vector<std::int64_t>{42}));
  EXPECT_EQ(log.times("no service named \"halve\" is registered").size(), 1U);
}

TEST(Simulation, ANodeThatIsHaltedKeepsItsStoreAndIsReachedAgainAfterItsRestart) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.boot(
      node(1), scripted([](const Event& event, Context& context, Effects& effects) {
        if (const auto* start = std::get_if<world::Start>(&event)) {
          effects.trace(Note{"recovered", static_cast<std::int64_t>(start->recovered.size())});
          effects.trace(Note{"incarnation", context.incarnation.value});
          effects.persist({1});
          effects.set_timer(world::TimerId(1), milliseconds(500));
        }
        if (received<Ping>(event) != nullptr) {
          effects.trace(Note{"heard", 0});
        }
        if (fires(event, 1)) {
          effects.trace(Note{"timer", context.incarnation.value});
        }
      }));
  simulation.boot(node(2), pinger(id(1), milliseconds(100)));
  simulation.run_until(at(milliseconds(250)));
  simulation.halt(id(1), world::HaltReason::kFinished);
  EXPECT_FALSE(simulation.view(id(1)).running);
  EXPECT_EQ(simulation.state_digest(id(1)), 0U);
  simulation.run_until(at(milliseconds(450)));
  EXPECT_EQ(log.drops(world::DropReason::kNodeDown), 2U);
  simulation.restart(id(1));
  simulation.run_until(at(milliseconds(1000)));
  EXPECT_EQ(log.values("recovered"), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(log.values("incarnation"), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(log.values("timer"), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(log.times("heard").size(), 7U);
  EXPECT_EQ(simulation.durable_records(id(1)).size(), 2U);
  EXPECT_EQ(simulation.statistics(id(1)).running, milliseconds(800));
}

TEST(Simulation, ANodeMayBeBootedAndHaltedByAService) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.register_service("spawn", [&](world::NodeId, core::BytesView) {
    simulation.boot(node(2), echo());
    return world::ServiceAnswer{true, {}, "", milliseconds(1)};
  });
  simulation.register_service("end me", [&](world::NodeId caller, core::BytesView) {
    simulation.halt(caller, world::HaltReason::kFinished);
    return world::ServiceAnswer{};
  });
  simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                    if (starts(event)) {
                      effects.call(world::CallId(1), "spawn", {});
                    }
                    if (std::holds_alternative<world::Returned>(event)) {
                      effects.send(id(2), Ping{5});
                      effects.call(world::CallId(2), "end me", {});
                      effects.trace(Note{"unreachable", 0});
                    }
                  }));
  simulation.run_until_idle();
  EXPECT_EQ(log.values("heard"), (std::vector<std::int64_t>{5}));
  EXPECT_TRUE(log.values("unreachable").empty());
  EXPECT_EQ(simulation.nodes(), (std::vector<world::NodeId>{id(1), id(2)}));
}

TEST(Simulation, SaysWhyItStopped) {
  Options options = calm();
  options.event_budget = 100;
  Simulation limited(options);
  limited.boot(node(1), pinger(id(1), milliseconds(1)));
  const Outcome outcome = limited.run_until(at(seconds(10)));
  EXPECT_EQ(outcome.reason, StopReason::kEventBudget);
  EXPECT_EQ(outcome.events, 100U);
  EXPECT_FALSE(outcome.complete());

  Options interruptible = calm();
  bool stop = false;
  interruptible.interrupted = [&] { return stop; };
  Simulation simulation(interruptible);
  simulation.boot(node(1), pinger(id(1), milliseconds(1)));
  const auto late = [&] { return simulation.now() >= at(milliseconds(42)); };
  const Outcome met = simulation.run_until(late, at(seconds(1)));
  EXPECT_EQ(met.reason, StopReason::kConditionMet);
  EXPECT_EQ(met.at, at(milliseconds(42)));
  stop = true;
  EXPECT_EQ(simulation.run_until(at(seconds(100))).reason, StopReason::kInterrupted);
  EXPECT_LT(simulation.now(), at(seconds(100)));
}

TEST(Simulation, AMessageToNobodyIsDropped) {
  Log log;
  Options options = calm();
  options.sinks = {&log};
  Simulation simulation(options);
  simulation.boot(node(1), pinger(id(77), seconds(1)));
  simulation.run_until(at(seconds(1)));
  EXPECT_EQ(log.drops(world::DropReason::kNoLink), 1U);
}

}  // namespace
}  // namespace world_sim::test
