// Machines whose behaviour stands in the test that uses them, and a trace that tests can ask.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "world/host.h"
#include "world_sim/simulation.h"

namespace world_sim::test {

using core::at;
using core::microseconds;
using core::milliseconds;
using core::seconds;

using Behaviour = std::function<void(const world::Event&, world::Context&, world::Effects&)>;

// Its state is how many steps it has made.
class Scripted : public world::Machine {
 public:
  explicit Scripted(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}
  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    ++steps_;
    behaviour_(event, context, effects);
  }
  [[nodiscard]] std::uint64_t digest() const override { return core::digest(steps_); }

 private:
  Behaviour behaviour_;
  std::uint64_t steps_ = 0;
};

inline world::Program scripted(Behaviour behaviour) {
  return [behaviour = std::move(behaviour)] { return std::make_unique<Scripted>(behaviour); };
}

struct Ping {
  static constexpr world::MessageType kType = 0x0F01;
  std::uint64_t number = 0;
  MUSTER_FIELDS(Ping, number)
};
struct Pong {
  static constexpr world::MessageType kType = 0x0F02;
  std::uint64_t number = 0;
  MUSTER_FIELDS(Pong, number)
};

// What a machine wants the test to know.
struct Note {
  static constexpr world::TraceKind kKind = 0x0F00;
  static constexpr std::string_view kName = "test.note";
  std::string text;
  std::int64_t value = 0;
  MUSTER_FIELDS(Note, text, value)
};

template <world::Payload T>
const world::Message* received(const world::Event& event) {
  const auto* arrival = std::get_if<world::Received>(&event);
  return arrival != nullptr && arrival->message.type == T::kType ? &arrival->message : nullptr;
}
template <world::Payload T>
T content(const world::Message& message) {
  return world::payload<T>(message).value();
}
inline bool starts(const world::Event& event) {
  return std::holds_alternative<world::Start>(event);
}
inline bool fires(const world::Event& event, std::uint64_t timer) {
  const auto* fired = std::get_if<world::TimerFired>(&event);
  return fired != nullptr && fired->timer.value == timer;
}

class Log : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override { entries.push_back(entry); }

  template <world::Traceable T>
  [[nodiscard]] std::vector<std::pair<core::Time, T>> all() const {
    std::vector<std::pair<core::Time, T>> found;
    for (const world::TraceEntry& entry : entries) {
      if (auto payload = world::as<T>(entry)) {
        found.emplace_back(entry.at, *payload);
      }
    }
    return found;
  }
  // When notes with this text were made.
  [[nodiscard]] std::vector<core::Time> times(const std::string& text) const {
    std::vector<core::Time> found;
    for (const auto& [when, note] : all<Note>()) {
      if (note.text == text) {
        found.push_back(when);
      }
    }
    return found;
  }
  [[nodiscard]] std::vector<std::int64_t> values(const std::string& text) const {
    std::vector<std::int64_t> found;
    for (const auto& [when, note] : all<Note>()) {
      if (note.text == text) {
        found.push_back(note.value);
      }
    }
    return found;
  }
  [[nodiscard]] std::size_t drops(world::DropReason reason) const {
    std::size_t count = 0;
    for (const auto& [when, drop] : all<world::MessageDropped>()) {
      count += drop.reason == reason ? 1 : 0;
    }
    return count;
  }

  std::vector<world::TraceEntry> entries;
};

inline world::NodeId id(std::uint32_t value) {
  return world::NodeId(value);
}

// A node with one core whose steps are free, so that times in stories are round.
inline world::NodeSpec node(std::uint32_t value, std::string role = "worker") {
  world::NodeSpec spec;
  spec.id = id(value);
  spec.name = "node-" + std::to_string(value);
  spec.role = std::move(role);
  spec.zone = "a";
  spec.hardware.cores = 1;
  spec.hardware.step_cost = core::Duration(0);
  return spec;
}

// Every message takes one millisecond, every persist two.
inline Options calm() {
  Options options;
  options.seed = 1;
  const LinkOptions link{milliseconds(1), core::Duration(0), 0};
  options.network = {link, link, link};
  options.disk = {milliseconds(2), core::Duration(0), 0};
  return options;
}

// Sends Ping 1, 2, 3, … to `to`, one per `period`, the first after one period.
inline world::Program pinger(world::NodeId to, core::Duration period) {
  return [to, period] {
    return std::make_unique<Scripted>(
        [to, period, number = std::uint64_t{0}](const world::Event& event, world::Context&,
                                                world::Effects& effects) mutable {
          if (fires(event, 1)) {
            effects.send(to, Ping{++number});
          }
          if (starts(event) || fires(event, 1)) {
            effects.set_timer(world::TimerId(1), period);
          }
        });
  };
}
// Notes "heard" with the number of every Ping, and answers it.
inline world::Program echo() {
  return scripted([](const world::Event& event, world::Context&, world::Effects& effects) {
    if (const world::Message* message = received<Ping>(event)) {
      const auto number = content<Ping>(*message).number;
      effects.trace(Note{"heard", static_cast<std::int64_t>(number)});
      effects.send(message->from, Pong{number});
    }
  });
}

inline world::Fault fault_of(world::FaultKind kind, core::Duration from, core::Duration lasts,
                             std::vector<world::NodeId> targets) {
  world::Fault fault;
  fault.kind = kind;
  fault.trigger.not_before = at(from);
  fault.duration = lasts;
  fault.target.nodes = std::move(targets);
  fault.probability = num::Probability::always();
  return fault;
}

}  // namespace world_sim::test
