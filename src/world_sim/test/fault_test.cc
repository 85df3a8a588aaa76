// The fault plan: when faults begin and end, and what they do to processes, disks and clocks.
#include <gtest/gtest.h>

#include "scripted.h"

namespace world_sim::test {
namespace {

using world::Context;
using world::Effects;
using world::Event;
using world::Fault;
using world::FaultKind;
using world::HaltReason;

// Appends one record per 10 ms and notes how many it recovered.
world::Program writer() {
  return scripted([](const Event& event, Context&, Effects& effects) {
    if (const auto* start = std::get_if<world::Start>(&event)) {
      effects.trace(Note{"recovered", static_cast<std::int64_t>(start->recovered.size())});
    }
    if (starts(event) || fires(event, 1)) {
      effects.persist(core::Bytes(100, 42));
      effects.set_timer(world::TimerId(1), milliseconds(8));
    }
  });
}

// Works 10 ms of CPU time again and again, noting the end of each.
world::Program worker() {
  return scripted([](const Event& event, Context&, Effects& effects) {
    if (starts(event) || fires(event, 1)) {
      effects.work(milliseconds(10), core::Duration(0));
      effects.trace(Note{"done", 0});
      effects.set_timer(world::TimerId(1), core::Duration(0));
    }
  });
}

struct Story {
  explicit Story(world::FaultPlan plan) : simulation(options_of(std::move(plan))) {}

  Options options_of(world::FaultPlan plan) {
    Options options = calm();
    options.faults = std::move(plan);
    options.sinks = {&log};
    return options;
  }
  std::vector<HaltReason> halts() const {
    std::vector<HaltReason> reasons;
    for (const auto& [when, halted] : log.all<world::NodeHalted>()) {
      reasons.push_back(halted.reason);
    }
    return reasons;
  }

  Log log;
  Simulation simulation;
};

TEST(Fault, ACrashedNodeBootsAgainWhenTheFaultEndsWithWhatWasDurable) {
  Story story({fault_of(FaultKind::kCrash, milliseconds(101), milliseconds(50), {id(1)})});
  story.simulation.boot(node(1), writer());
  story.simulation.run_until(at(milliseconds(140)));
  EXPECT_FALSE(story.simulation.view(id(1)).running);
  EXPECT_EQ(story.simulation.durable_records(id(1)).size(), 10U);
  story.simulation.run_until(at(milliseconds(155)));
  EXPECT_TRUE(story.simulation.view(id(1)).running);
  EXPECT_EQ(story.simulation.view(id(1)).incarnation, world::Incarnation(2));
  EXPECT_EQ(story.log.values("recovered"), (std::vector<std::int64_t>{0, 10}));
  EXPECT_EQ(story.halts(), (std::vector<HaltReason>{HaltReason::kCrash}));
  EXPECT_EQ(story.simulation.acted(0), 1U);
  const auto started = story.log.all<world::FaultStarted>();
  const auto ended = story.log.all<world::FaultEnded>();
  ASSERT_EQ(started.size(), 1U);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(started[0].first, at(milliseconds(101)));
  EXPECT_EQ(started[0].second.targets, (std::vector<world::NodeId>{id(1)}));
  EXPECT_EQ(ended[0].first, at(milliseconds(151)));
  EXPECT_EQ(ended[0].second.acted, 1U);
}

TEST(Fault, ACrashWithoutDurationIsForEver) {
  Story story({fault_of(FaultKind::kCrash, milliseconds(10), core::Duration(0), {id(1)})});
  story.simulation.boot(node(1), writer());
  EXPECT_EQ(story.simulation.run_until_idle().reason, StopReason::kIdle);
  EXPECT_FALSE(story.simulation.view(id(1)).running);
}

TEST(Fault, AWriteInFlightIsLostKeptOrTorn) {
  const auto recovered_after = [](world::UnsyncedWrites unsynced) {
    // The second record is in flight from 10 to 12.
    Fault crash = fault_of(FaultKind::kCrash, milliseconds(11), milliseconds(5), {id(1)});
    crash.unsynced = unsynced;
    Story story({crash});
    story.simulation.boot(node(1), writer());
    story.simulation.run_until(at(milliseconds(13)));
    const std::uint64_t used = story.simulation.view(id(1)).disk_bytes_used;
    story.simulation.run_until(at(milliseconds(16)));
    return std::pair(story.log.values("recovered").back(), used);
  };
  EXPECT_EQ(recovered_after(world::UnsyncedWrites::kLose), std::pair(std::int64_t{1}, 108UL));
  EXPECT_EQ(recovered_after(world::UnsyncedWrites::kKeep), std::pair(std::int64_t{2}, 216UL));
  const auto [torn, torn_bytes] = recovered_after(world::UnsyncedWrites::kTear);
  EXPECT_EQ(torn, 1);
  EXPECT_GT(torn_bytes, 108U);
  EXPECT_LT(torn_bytes, 216U);
}

TEST(Fault, OverlappingCrashesKeepTheNodeDownUntilTheLastEnds) {
  Story story({fault_of(FaultKind::kCrash, milliseconds(100), milliseconds(100), {id(1)}),
               fault_of(FaultKind::kCrash, milliseconds(150), milliseconds(150), {id(1)}),
               fault_of(FaultKind::kCrash, milliseconds(160), milliseconds(10), {id(1)})});
  story.simulation.boot(node(1), writer());
  story.simulation.run_until(at(milliseconds(299)));
  EXPECT_FALSE(story.simulation.view(id(1)).running);
  story.simulation.run_until(at(milliseconds(300)));
  EXPECT_TRUE(story.simulation.view(id(1)).running);
  EXPECT_EQ(story.halts().size(), 1U);
  EXPECT_EQ(story.simulation.acted(0), 1U + 1U);  // halted it, and outlasted the third
  EXPECT_EQ(story.simulation.acted(1), 1U);       // kept it down
  EXPECT_EQ(story.simulation.acted(2), 0U);       // made no difference
}

TEST(Fault, ANodeThatItsHostHaltedOrRestartedIsLeftAlone) {
  Story story({fault_of(FaultKind::kCrash, milliseconds(10), milliseconds(100), {id(1), id(2)})});
  story.simulation.boot(node(1), writer());
  story.simulation.boot(node(2), writer());
  story.simulation.run_until(at(milliseconds(20)));
  story.simulation.halt(id(1), HaltReason::kFinished);
  story.simulation.restart(id(2));
  story.simulation.run_until(at(milliseconds(200)));
  EXPECT_FALSE(story.simulation.view(id(1)).running);
  EXPECT_EQ(story.simulation.view(id(2)).incarnation, world::Incarnation(2));
}

TEST(Fault, AHungNodeLetsEventsQueueAndItsTimersFireLate) {
  Story story({fault_of(FaultKind::kHang, milliseconds(35), milliseconds(60), {id(1)})});
  story.simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                          if (starts(event)) {
                            effects.set_timer(world::TimerId(1), milliseconds(40));
                          }
                          if (received<Ping>(event) != nullptr) {
                            effects.trace(Note{"heard", 0});
                          }
                          if (fires(event, 1)) {
                            effects.trace(Note{"timer", 0});
                          }
                        }));
  story.simulation.boot(node(2), pinger(id(1), milliseconds(20)));
  story.simulation.run_until(at(milliseconds(94)));
  EXPECT_TRUE(story.simulation.view(id(1)).paused);
  EXPECT_EQ(story.simulation.view(id(1)).inbox_length, 4U);  // the timer, pings of 41, 61, 81
  EXPECT_EQ(story.log.values("heard").size(), 1U);
  story.simulation.run_until(at(milliseconds(95)));
  EXPECT_EQ(story.log.times("timer"), (std::vector<core::Time>{at(milliseconds(95))}));
  EXPECT_EQ(story.log.values("heard").size(), 4U);
  EXPECT_EQ(story.log.all<world::NodePaused>().size(), 2U);
  EXPECT_EQ(story.simulation.acted(0), 1U);
}

TEST(Fault, AHungNodeSendsNothingThatItHadBegun) {
  Story story({fault_of(FaultKind::kHang, milliseconds(5), milliseconds(50), {id(1)})});
  story.simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                          if (starts(event)) {
                            effects.work(milliseconds(10), core::Duration(0));
                            effects.trace(Note{"worked", 0});
                          }
                        }));
  story.simulation.run_until_idle();
  EXPECT_EQ(story.log.times("worked"), (std::vector<core::Time>{at(milliseconds(60))}));
}

TEST(Fault, ASlowCpuLengthensWorkThatRunsAndWorkThatBegins) {
  Fault slow = fault_of(FaultKind::kSlowCpu, milliseconds(5), milliseconds(25), {id(1)});
  slow.permille = 250;
  Story story({slow});
  story.simulation.boot(node(1), worker());
  story.simulation.run_until(at(milliseconds(50)));
  // 5 ms are left at 5; they take 20 at a quarter of the speed. From 25 to 30 the next does 1.25
  // ms.
  EXPECT_EQ(story.log.times("done"),
            (std::vector<core::Time>{at(milliseconds(25)), at(microseconds(38'750)),
                                     at(microseconds(48'750))}));
  EXPECT_EQ(story.simulation.acted(0), 2U);
}

TEST(Fault, BusyLoopsCompeteForTheCores) {
  Fault spike = fault_of(FaultKind::kCpuSpike, milliseconds(12), milliseconds(30), {id(1)});
  spike.amount = 2;
  Story story({spike});
  story.simulation.boot(node(1), worker());
  story.simulation.run_until(at(milliseconds(51)));
  // From 12 to 42 the node has a third of its core: 8 ms take 24, and 6 ms bring 2.
  const auto done = story.log.times("done");
  ASSERT_EQ(done.size(), 3U);
  EXPECT_EQ(done[0], at(milliseconds(10)));
  EXPECT_NEAR(static_cast<double>(core::to_ns(done[1])), 36e6, 100);
  EXPECT_NEAR(static_cast<double>(core::to_ns(done[2])), 50e6, 100);
  EXPECT_EQ(story.simulation.acted(0), 2U);
  EXPECT_NEAR(static_cast<double>(story.simulation.statistics(id(1)).cpu_busy.count()), 31e6, 100);
}

TEST(Fault, ALeakEndsInTheOutOfMemoryKillAndARestartWhenItEnds) {
  Fault leak = fault_of(FaultKind::kMemoryLeak, seconds(1), seconds(20), {id(1)});
  leak.permille = 100;
  Story story({leak});
  world::NodeSpec spec = node(1);
  spec.hardware.memory_bytes = 1000;
  spec.hardware.memory_base_bytes = 200;
  story.simulation.boot(spec, worker());
  story.simulation.run_until(at(seconds(5)));
  EXPECT_EQ(story.simulation.view(id(1)).memory_bytes, 600U);
  story.simulation.run_until(at(milliseconds(8999)));
  EXPECT_TRUE(story.simulation.view(id(1)).running);
  story.simulation.run_until(at(seconds(9)));
  EXPECT_FALSE(story.simulation.view(id(1)).running);
  EXPECT_EQ(story.halts(), (std::vector<HaltReason>{HaltReason::kOutOfMemory}));
  EXPECT_EQ(story.simulation.acted(0), 1U);
  story.simulation.run_until(at(seconds(22)));
  EXPECT_TRUE(story.simulation.view(id(1)).running);
  EXPECT_EQ(story.simulation.view(id(1)).memory_bytes, 200U);
}

TEST(Fault, ALeakThatEndsInTimeKillsNobody) {
  Fault leak = fault_of(FaultKind::kMemoryLeak, seconds(1), seconds(2), {id(1)});
  leak.permille = 100;
  Story story({leak});
  story.simulation.boot(node(1), writer());
  story.simulation.run_until(at(seconds(60)));
  EXPECT_TRUE(story.halts().empty());
  EXPECT_EQ(story.simulation.acted(0), 0U);
}

TEST(Fault, ADiskThatFailsOrIsFullHaltsTheNodeUntilTheFaultEnds) {
  for (const FaultKind kind : {FaultKind::kDiskError, FaultKind::kDiskFull}) {
    Story story({fault_of(kind, milliseconds(15), milliseconds(50), {id(1)})});
    story.simulation.boot(node(1), writer());
    story.simulation.run_until(at(milliseconds(64)));
    EXPECT_EQ(story.halts(), (std::vector<HaltReason>{HaltReason::kDiskFailed}));
    EXPECT_EQ(story.simulation.durable_records(id(1)).size(), 2U);
    story.simulation.run_until(at(milliseconds(70)));
    EXPECT_EQ(story.log.values("recovered"), (std::vector<std::int64_t>{0, 2}));
    EXPECT_EQ(story.simulation.acted(0), 1U);
  }
}

TEST(Fault, AFullDiskStillTakesASnapshotThatMakesRoom) {
  Story story({fault_of(FaultKind::kDiskFull, milliseconds(15), milliseconds(50), {id(1)})});
  story.simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                          if (starts(event)) {
                            effects.persist(core::Bytes(100, 1));
                            effects.persist(core::Bytes(100, 2));
                            effects.set_timer(world::TimerId(1), milliseconds(20));
                          }
                          if (fires(event, 1)) {
                            effects.replace_store(core::Bytes(10, 3));
                          }
                        }));
  story.simulation.run_until_idle();
  EXPECT_TRUE(story.halts().empty());
  EXPECT_EQ(story.simulation.durable_records(id(1)),
            (std::vector<core::Bytes>{core::Bytes(10, 3)}));
}

TEST(Fault, ADiskThatIsTooSmallHaltsTheNodeForGood) {
  Story story({});
  world::NodeSpec spec = node(1);
  spec.hardware.disk_bytes = 500;
  story.simulation.boot(spec, writer());
  story.simulation.run_until_idle();
  EXPECT_EQ(story.halts(), (std::vector<HaltReason>{HaltReason::kDiskFailed}));
  EXPECT_EQ(story.simulation.durable_records(id(1)).size(), 4U);
}

TEST(Fault, ASlowDiskDelaysWhatWaitsForIt) {
  Fault slow = fault_of(FaultKind::kDiskSlow, core::Duration(0), seconds(1), {id(1)});
  slow.delay = milliseconds(40);
  Story story({slow});
  story.simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                          if (starts(event)) {
                            effects.persist({1});
                            effects.trace(Note{"durable", 0});
                          }
                        }));
  story.simulation.run_until(at(milliseconds(100)));
  EXPECT_EQ(story.log.times("durable"), (std::vector<core::Time>{at(milliseconds(42))}));
  EXPECT_EQ(story.simulation.acted(0), 1U);
}

// Notes both clocks every 10 ms of its own time.
world::Program clock_reader(core::WallTime origin) {
  return scripted([origin](const Event& event, Context& context, Effects& effects) {
    if (fires(event, 1)) {
      effects.trace(Note{"monotonic", core::to_ns(context.now)});
      effects.trace(Note{"wall", (context.wall - origin).count()});
    }
    effects.set_timer(world::TimerId(1), milliseconds(10));
  });
}

TEST(Fault, AClockThatIsOffOrJumpsBackMovesWallTimeOnly) {
  Fault offset = fault_of(FaultKind::kClockOffset, milliseconds(15), milliseconds(10), {id(1)});
  offset.delay = seconds(5);
  Fault step = fault_of(FaultKind::kClockStep, milliseconds(35), core::Duration(0), {id(1)});
  step.delay = milliseconds(-100);
  Story story({offset, step});
  const Options defaults;
  story.simulation.boot(node(1), clock_reader(defaults.wall_origin));
  story.simulation.run_until(at(milliseconds(50)));
  EXPECT_EQ(
      story.log.values("monotonic"),
      (std::vector<std::int64_t>{10'000'000, 20'000'000, 30'000'000, 40'000'000, 50'000'000}));
  EXPECT_EQ(
      story.log.values("wall"),
      (std::vector<std::int64_t>{10'000'000, 5'020'000'000, 30'000'000, -60'000'000, -50'000'000}));
  EXPECT_EQ(story.simulation.acted(0), 1U);
  EXPECT_EQ(story.simulation.acted(1), 2U);
}

TEST(Fault, ADriftingClockSpeedsUpTimersAndBothClocks) {
  Fault drift = fault_of(FaultKind::kClockDrift, milliseconds(5), milliseconds(10), {id(1)});
  drift.amount = 1'000'000;  // twice as fast
  Story story({drift});
  story.simulation.boot(node(1), clock_reader(Options().wall_origin));
  story.simulation.run_until(at(milliseconds(21)));
  // 5 ms at normal speed, 10 at double, then normal again: 25 on the node's clock at 15.
  const auto times = story.log.times("monotonic");
  ASSERT_EQ(times.size(), 3U);
  EXPECT_EQ(times[0], at(microseconds(7'500)));
  EXPECT_EQ(times[1], at(microseconds(12'500)));
  EXPECT_EQ(times[2], at(milliseconds(20)));
  EXPECT_EQ(story.log.values("monotonic"),
            (std::vector<std::int64_t>{10'000'000, 20'000'000, 30'000'000}));
  EXPECT_EQ(story.log.values("wall"),
            (std::vector<std::int64_t>{10'000'000, 20'000'000, 30'000'000}));
  EXPECT_GE(story.simulation.acted(0), 1U);
}

TEST(Fault, BeginsOnCueAtTheNodeThatMadeTheRecordBeforeItsLaterEffects) {
  Fault crash;
  crash.kind = FaultKind::kCrash;
  crash.trigger = {at(milliseconds(30)), Note::kKind, 3};
  crash.target.of_trigger = true;
  crash.duration = milliseconds(10);
  Story story({crash});
  story.simulation.boot(node(1), scripted([](const Event& event, Context&, Effects& effects) {
                          if (fires(event, 1)) {
                            effects.trace(Note{"cue", 0});
                            effects.send(id(2), Ping{});
                          }
                          effects.set_timer(world::TimerId(1), milliseconds(10));
                        }));
  story.simulation.boot(node(2), scripted([](const Event&, Context&, Effects&) {}));
  story.simulation.run_until(at(milliseconds(55)));
  // Cues at 10, 20, 30, 40, 50; counted from 30 on.
  EXPECT_FALSE(story.simulation.view(id(1)).running);
  EXPECT_EQ(story.log.times("cue").size(), 5U);
  EXPECT_EQ(story.simulation.statistics(id(1)).messages_sent, 4U);
  EXPECT_EQ(story.simulation.acted(0), 1U);
}

TEST(Fault, FindsItsTargetsByRole) {
  Fault crash = fault_of(FaultKind::kCrash, milliseconds(10), core::Duration(0), {});
  crash.target.role = "hub";
  Story story({crash});
  story.simulation.boot(node(1, "worker"), writer());
  story.simulation.boot(node(2, "hub"), writer());
  story.simulation.run_until(at(milliseconds(20)));
  EXPECT_TRUE(story.simulation.view(id(1)).running);
  EXPECT_FALSE(story.simulation.view(id(2)).running);

  Options options = calm();
  options.faults = {crash};
  std::string asked;
  options.roles = [&](std::string_view role) {
    asked = role;
    return std::vector<world::NodeId>{id(1)};
  };
  Simulation simulation(options);
  simulation.boot(node(1), writer());
  simulation.run_until(at(milliseconds(20)));
  EXPECT_EQ(asked, "hub");
  EXPECT_FALSE(simulation.view(id(1)).running);
}

TEST(Fault, OfARoleThatNobodyPlaysWaitsForWhoDoesNext) {
  for (const int found_after : {3, 4'999, 5'100}) {
    Options options = calm();
    options.faults = {fault_of(FaultKind::kCrash, milliseconds(10), milliseconds(40), {})};
    options.faults[0].target.role = "leader";
    core::Time found = at(milliseconds(10 + found_after));
    Simulation* asked = nullptr;
    options.roles = [&](std::string_view) {
      const bool plays = asked->now() >= found;
      return plays ? std::vector<world::NodeId>{id(1)} : std::vector<world::NodeId>{};
    };
    Simulation simulation(options);
    asked = &simulation;
    simulation.boot(node(1), writer());
    simulation.run_until(found);
    EXPECT_TRUE(simulation.view(id(1)).running);
    simulation.run_until(found + milliseconds(11));
    const bool in_time = found_after < 5'000;
    EXPECT_EQ(simulation.acted(0), in_time ? 1U : 0U) << found_after;
    EXPECT_EQ(simulation.view(id(1)).running, !in_time) << found_after;
    simulation.run_until(found + milliseconds(60));
    EXPECT_TRUE(simulation.view(id(1)).running) << "it lasts from when it began";
  }
}

TEST(Fault, ThatCannotHitAnybodyHasNotActed) {
  Fault nobody = fault_of(FaultKind::kCrash, milliseconds(10), milliseconds(10), {});
  nobody.target.role = "unheard of";
  Fault never = fault_of(FaultKind::kCrash, milliseconds(10), milliseconds(10), {id(1)});
  never.trigger.on = 0x0ABC;
  Fault idle = fault_of(FaultKind::kLoss, milliseconds(10), milliseconds(10), {id(1)});
  Fault unwritten = fault_of(FaultKind::kDiskError, milliseconds(10), milliseconds(10), {id(1)});
  Story story({nobody, never, idle, unwritten});
  story.simulation.boot(node(1), scripted([](const Event&, Context&, Effects&) {}));
  story.simulation.run_until(at(seconds(6)));
  for (const std::uint32_t fault : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(story.simulation.acted(fault), 0U);
  }
  EXPECT_TRUE(story.simulation.begun(0));
  EXPECT_FALSE(story.simulation.begun(1));
}

}  // namespace
}  // namespace world_sim::test
