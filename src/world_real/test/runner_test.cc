// How the driver carries out a machine's effects.
#include <csignal>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"
#include "worker_pool.h"
#include "world_real/recording.h"
#include "world_real/trace_file.h"

namespace world_real {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const world::NodeId kSelf(1);
constexpr core::Duration kNow{};

world::TimerId timer(std::uint64_t number) {
  return world::TimerId(number);
}

// A store whose appends wait for the test's word.
class GatedStore final : public Store {
 public:
  explicit GatedStore(std::shared_future<core::Result<void>> word) : word_(std::move(word)) {}
  core::Result<void> append(core::BytesView) override { return word_.get(); }
  core::Result<void> replace_all(core::BytesView) override { return word_.get(); }

 private:
  std::shared_future<core::Result<void>> word_;
};

TEST(NodeRunnerTest, StartsTheMachineWithWhatWasDurable) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(open_file_store(directory.path()).value().store->append(core::to_bytes("before")));
  Seen<std::string> seen;
  TestNode node(
      1,
      [&](const world::Event& event, world::Context& context, world::Effects&) {
        for (const core::Bytes& record : std::get<world::Start>(event).recovered) {
          seen.add(std::string(core::to_text(record)) + " " +
                   std::to_string(context.incarnation.value));
        }
      },
      open_file_store(directory.path()).value());
  node.start();
  ASSERT_TRUE(seen.wait_for_size(1));
  EXPECT_TRUE(node.stop());
  EXPECT_THAT(seen.all(), ElementsAre("before 2"));
}

TEST(NodeRunnerTest, TimersFireInOrderAndSettingOneAgainReplacesIt) {
  Seen<std::uint64_t> fired;
  TestNode node(1, [&](const world::Event& event, world::Context&, world::Effects& effects) {
    if (std::holds_alternative<world::Start>(event)) {
      effects.set_timer(timer(4), core::milliseconds(8));
      effects.set_timer(timer(1), core::milliseconds(4));
      effects.set_timer(timer(2), core::milliseconds(6));
      effects.set_timer(timer(3), core::hours(9));
      effects.set_timer(timer(3), core::milliseconds(7));  // replaced
      effects.set_timer(timer(5), core::milliseconds(5));
      effects.cancel_timer(timer(5));
    } else {
      fired.add(std::get<world::TimerFired>(event).timer.value);
    }
  });
  node.start();
  ASSERT_TRUE(fired.wait_for_size(4));
  EXPECT_TRUE(node.stop());
  EXPECT_THAT(fired.all(), ElementsAre(1, 2, 3, 4));
}

TEST(NodeRunnerTest, AStepMayCancelATimerThatIsAlreadyDue) {
  Seen<std::uint64_t> fired;
  TestNode node(1, [&](const world::Event& event, world::Context&, world::Effects& effects) {
    if (std::holds_alternative<world::Start>(event)) {
      effects.set_timer(timer(1), kNow);
      effects.set_timer(timer(2), kNow);
      return;
    }
    const auto which = std::get<world::TimerFired>(event).timer.value;
    fired.add(which);
    if (which == 1) {
      effects.cancel_timer(timer(2));
      effects.set_timer(timer(3), kNow);
    }
  });
  node.start();
  ASSERT_TRUE(fired.wait_for([](std::uint64_t which) { return which == 3; }));
  EXPECT_TRUE(node.stop());
  EXPECT_THAT(fired.all(), ElementsAre(1, 3));
}

TEST(NodeRunnerTest, MonotonicTimeNeverGoesBack) {
  Seen<core::Time> times;
  TestNode node(1, [&](const world::Event&, world::Context& context, world::Effects& effects) {
    times.add(context.now);
    effects.set_timer(timer(1), core::microseconds(1));
  });
  node.start();
  ASSERT_TRUE(times.wait_for_size(50));
  EXPECT_TRUE(node.stop());
  const auto all = times.all();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_GE(all.front(), core::at(kNow));
}

TEST(NodeRunnerTest, NothingLeavesTheNodeBeforeWhatItSavedIsDurable) {
  std::promise<core::Result<void>> disk;
  Seen<std::string> seen;
  TestNode node(
      1,
      [&](const world::Event& event, world::Context&, world::Effects& effects) {
        if (std::holds_alternative<world::Start>(event)) {
          effects.send(kSelf, Line{"before"});
          effects.persist(core::to_bytes("vote"), world::PersistId(5));
          effects.send(kSelf, Line{"after"});
        } else if (const auto* received = std::get_if<world::Received>(&event)) {
          const auto line = world::payload<Line>(received->message).value();
          seen.add(line.text);
          if (line.text == "before") {
            // A step that happens meanwhile: what it does waits too.
            effects.send(kSelf, Line{"later step"});
            effects.set_timer(timer(1), kNow);
            seen.add("held");
          }
        } else if (const auto* persisted = std::get_if<world::Persisted>(&event)) {
          seen.add("durable " + std::to_string(persisted->id.value));
        } else {
          seen.add("timer");
        }
      },
      {std::make_unique<GatedStore>(disk.get_future().share()), {}, world::Incarnation(1)});
  node.start();
  ASSERT_TRUE(seen.wait_for([](const std::string& text) { return text == "held"; }));
  EXPECT_THAT(seen.all(), ElementsAre("before", "held"));
  disk.set_value({});
  ASSERT_TRUE(seen.wait_for_size(6));
  EXPECT_TRUE(node.stop());
  const auto all = seen.all();
  EXPECT_EQ(all[2], "durable 5");
  EXPECT_THAT(std::vector(all.begin() + 3, all.end()),
              ::testing::UnorderedElementsAre("after", "later step", "timer"));
}

TEST(NodeRunnerTest, ANodeWhoseDiskFailsHaltsAndSaysWhy) {
  std::promise<core::Result<void>> disk;
  disk.set_value(core::fail(core::Code::kIo, "the disk is full"));
  Seen<std::string> seen;
  TestNode node(
      1,
      [&](const world::Event& event, world::Context&, world::Effects& effects) {
        if (std::holds_alternative<world::Start>(event)) {
          effects.persist(core::to_bytes("vote"), world::PersistId(1));
          effects.send(kSelf, Line{"after"});
        } else {
          seen.add("something happened after the failure");
        }
      },
      {std::make_unique<GatedStore>(disk.get_future().share()), {}, world::Incarnation(1)});
  node.start();
  const auto result = node.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the disk is full");
  EXPECT_THAT(seen.all(), IsEmpty());
  const auto halted = world::as<world::NodeHalted>(node.trace.all().back());
  ASSERT_TRUE(halted);
  EXPECT_EQ(halted->reason, world::HaltReason::kDiskFailed);
}

TEST(NodeRunnerTest, WhatAMachinePersistsIsThereAfterARestart) {
  const TemporaryDirectory directory;
  const auto run_once = [&] {
    Seen<std::vector<core::Bytes>> starts;
    Seen<int> durable;
    TestNode node(
        1,
        [&](const world::Event& event, world::Context&, world::Effects& effects) {
          if (const auto* start = std::get_if<world::Start>(&event)) {
            starts.add(start->recovered);
            effects.replace_store(core::to_bytes("snapshot"));
            effects.persist(core::to_bytes("entry"), world::PersistId(1));
          } else if (std::holds_alternative<world::Persisted>(event)) {
            durable.add(1);
          }
        },
        open_file_store(directory.path()).value());
    node.start();
    EXPECT_TRUE(durable.wait_for_size(1));
    EXPECT_TRUE(node.stop());
    return starts.all().front();
  };
  EXPECT_THAT(run_once(), IsEmpty());
  EXPECT_THAT(run_once(), ElementsAre(core::to_bytes("snapshot"), core::to_bytes("entry")));
}

TEST(NodeRunnerTest, WorkHoldsBackItsOwnStepWhileTheNodeGoesOn) {
  Seen<std::string> seen;
  TestNode node(1, [&](const world::Event& event, world::Context&, world::Effects& effects) {
    if (std::holds_alternative<world::Start>(event)) {
      effects.work(core::hours(24), kNow);
      effects.send(kSelf, Line{"after a day of work"});
      effects.set_timer(timer(9), kNow);
      effects.work(kNow, kNow);  // never reached
    } else {
      seen.add("never");
    }
  });
  TestNode other(2, [&](const world::Event& event, world::Context&, world::Effects& effects) {
    if (std::holds_alternative<world::Start>(event)) {
      effects.set_timer(timer(1), kNow);
    } else if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
      if (fired->timer == timer(1)) {
        effects.work(core::milliseconds(20), core::milliseconds(1));
        effects.send(world::NodeId(2), Line{"after work"});
        effects.set_timer(timer(3), kNow);
      }
    } else if (std::holds_alternative<world::Received>(event)) {
      seen.add("worked");
    }
  });
  node.start();
  other.start();
  ASSERT_TRUE(seen.wait_for_size(1));
  EXPECT_TRUE(other.stop());
  EXPECT_TRUE(node.stop()) << "a node ends although a day of work is left";
  EXPECT_THAT(seen.all(), ElementsAre("worked"));
}

TEST(NodeRunnerTest, WorkTakesAtLeastTheStatedTime) {
  Seen<core::Time> times;
  TestNode node(1, [&](const world::Event&, world::Context& context, world::Effects& effects) {
    times.add(context.now);
    if (times.all().size() == 1) {
      effects.work(core::milliseconds(20), core::milliseconds(10));
      effects.send(kSelf, Line{"done"});
    }
  });
  node.start();
  ASSERT_TRUE(times.wait_for_size(2));
  EXPECT_TRUE(node.stop());
  EXPECT_GE(times.all()[1] - times.all()[0], core::milliseconds(30));
}

TEST(NodeRunnerTest, AServiceAnswersOnceAndAnUnknownOneIsAnError) {
  Options options;
  options.services["echo"] = [](world::NodeId caller, core::BytesView request) {
    const std::string text = std::to_string(caller.value) + std::string(core::to_text(request));
    return world::ServiceAnswer{true, core::to_bytes(text), {}, core::hours(1)};
  };
  options.services["broken"] = [](world::NodeId, core::BytesView) -> world::ServiceAnswer {
    throw std::runtime_error("no more paper");
  };
  Seen<world::Returned> answers;
  TestNode node(
      1,
      [&](const world::Event& event, world::Context&, world::Effects& effects) {
        if (std::holds_alternative<world::Start>(event)) {
          effects.call(world::CallId(1), "echo", core::to_bytes("!"));
          effects.call(world::CallId(2), "nobody", {});
          effects.call(world::CallId(3), "broken", {});
        } else {
          answers.add(std::get<world::Returned>(event));
        }
      },
      memory_store(), std::move(options));
  node.start();
  ASSERT_TRUE(answers.wait_for_size(3));
  EXPECT_TRUE(node.stop());
  auto all = answers.all();
  std::ranges::sort(all, {}, &world::Returned::call);
  EXPECT_TRUE(all[0].ok);
  EXPECT_EQ(all[0].result, core::to_bytes("1!"));
  EXPECT_FALSE(all[1].ok);
  EXPECT_THAT(all[1].error, HasSubstr("no service named \"nobody\""));
  EXPECT_FALSE(all[2].ok);
  EXPECT_THAT(all[2].error, HasSubstr("no more paper"));
}

TEST(NodeRunnerTest, TheTraceFileHoldsWhatTheSinkSaw) {
  const TemporaryDirectory directory;
  Options options;
  options.trace_file = directory.path() / "trace";
  TestNode node(
      1,
      [](const world::Event&, world::Context&, world::Effects& effects) {
        effects.trace(world::FaultStarted{7, {kSelf}});
      },
      memory_store(), options);
  node.start();
  ASSERT_TRUE(node.trace.wait_for_size(2));
  EXPECT_TRUE(node.stop());
  const auto entries = read_trace_file(options.trace_file).value();
  EXPECT_EQ(entries, node.trace.all());
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_TRUE(world::as<world::NodeBooted>(entries[0]));
  EXPECT_EQ(world::as<world::FaultStarted>(entries[1])->fault, 7U);
  EXPECT_EQ(world::as<world::NodeHalted>(entries[2])->reason, world::HaltReason::kFinished);
}

// Draws numbers, so that its effects depend on its random stream and its clock.
void draw(const world::Event& event, world::Context& context, world::Effects& effects) {
  if (const auto* fired = std::get_if<world::TimerFired>(&event);
      !fired || fired->timer.value < 5) {
    const std::uint64_t next = fired ? fired->timer.value + 1 : 1;
    effects.set_timer(timer(next), core::Duration(context.random.below(1000)));
    effects.trace(world::FaultEnded{0, static_cast<std::uint64_t>(core::to_ns(context.now))});
  }
}

TEST(NodeRunnerTest, ARecordingExecutesAgainWithEqualEffects) {
  const TemporaryDirectory directory;
  Options options;
  options.recording_file = directory.path() / "recording";
  options.seed = 99;
  {
    TestNode node(1, draw, memory_store(), options);
    node.start();
    ASSERT_TRUE(node.trace.wait_for_size(6));
    EXPECT_TRUE(node.stop());
  }
  EXPECT_GE(replay_recording(options.recording_file, program_of(draw)).value(), 5U);
  const auto other = replay_recording(
      options.recording_file,
      program_of([](const world::Event& event, world::Context& context, world::Effects& effects) {
        draw(event, context, effects);
        effects.cancel_timer(timer(77));
      }));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("step 1 had other effects"));
}

TEST(NodeRunnerTest, ASignalEndsTheRun) {
  Options options;
  options.end_on_signals = true;
  TestNode node(
      1, [](const auto&, auto&, auto&) {}, memory_store(), options);
  node.start();
  ASSERT_TRUE(node.trace.wait_for_size(1));
  ASSERT_EQ(std::raise(SIGTERM), 0);
  EXPECT_TRUE(node.join());
}

TEST(NodeRunnerTest, StoppingBeforeRunningIsNoMistake) {
  TestNode node(1, [](const auto&, auto&, auto&) {});
  node.runner->stop();
  node.start();
  EXPECT_TRUE(node.join());
}

TEST(NodeRunnerTest, OptionsThatMakeNoSenseAreRefused) {
  const auto refusal = [](Options options) {
    auto made = NodeRunner::create(std::move(options), key_of('a'), memory_store(),
                                   program_of([](const auto&, auto&, auto&) {}));
    return made ? std::string("accepted") : made.error().message;
  };
  EXPECT_THAT(refusal({}), HasSubstr("self is 0"));
  Options options;
  options.self = kSelf;
  EXPECT_EQ(refusal(options), "accepted");
  options.cores = 0;
  EXPECT_THAT(refusal(options), HasSubstr("cores"));
  options.cores = 1;
  options.peers[kSelf] = {"127.0.0.1", 1};
  EXPECT_THAT(refusal(options), HasSubstr("another node"));
  options.peers.clear();
  options.listen.host = "203.0.113.1";  // of a documentation network: no address of this machine
  EXPECT_THAT(refusal(options), HasSubstr("cannot listen on 203.0.113.1:0"));
}

TEST(NodeRunnerTest, AClockOffsetMovesWallTimeWhileItLasts) {
  world::Fault fault;
  fault.kind = world::FaultKind::kClockOffset;
  fault.delay = core::hours(1000);
  Options options;
  options.faults = {fault};
  Seen<core::WallTime> walls;
  TestNode node(
      1,
      [&](const world::Event&, world::Context& context, world::Effects& effects) {
        walls.add(context.wall);
        effects.set_timer(timer(1), core::milliseconds(1));
      },
      memory_store(), options);
  node.start();
  ASSERT_TRUE(walls.wait_for_size(1));
  const core::WallTime start = walls.all().front();
  const auto offset = [&](core::WallTime wall) { return wall - start > core::hours(999); };
  node.runner->begin_fault(0, {kSelf});
  ASSERT_TRUE(walls.wait_for(offset));
  node.runner->end_fault(0);
  const auto ended = [](const world::TraceEntry& entry) {
    const auto record = world::as<world::FaultEnded>(entry);
    return record && record->acted > 0;
  };
  ASSERT_TRUE(node.trace.wait_for(ended));
  ASSERT_TRUE(walls.wait_for_size(walls.all().size() + 2));
  EXPECT_FALSE(offset(walls.all().back()));
  EXPECT_TRUE(node.stop());
}

}  // namespace
}  // namespace world_real
