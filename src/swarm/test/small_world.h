// A little world in virtual time for components that are not machines yet: messages with delay and
// loss, timers, traces, nodes that die, boot again or run late.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "world/machine.h"

namespace swarm {

class SmallWorld {
 public:
  using Receive = std::function<void(const world::Message&, world::Context&, world::Effects&)>;
  using Timer = std::function<void(world::TimerId, world::Context&, world::Effects&)>;
  using Act = std::function<void(world::Context&, world::Effects&)>;
  // How long a message takes, or nothing if it is lost.
  using Network = std::function<std::optional<core::Duration>(const world::Message&)>;

  explicit SmallWorld(std::uint64_t seed = 1) : network_random_(seed, 0, 1), seed_(seed) {}

  // A node's first boot, or its next one: what it was told before is forgotten.
  void boot(world::NodeId node, Receive receive, Timer timer) {
    Node& booted = nodes_[node];
    ++booted.incarnation.value;
    booted.up = true;
    booted.timers.clear();
    booted.receive = std::move(receive);
    booted.timer = std::move(timer);
    booted.random = num::Stream(seed_, node.value, booted.incarnation.value);
  }
  void kill(world::NodeId node) { nodes_.at(node).up = false; }
  // From now on the node handles everything this much later than it is due.
  void slow_down(world::NodeId node, core::Duration lag) { nodes_.at(node).lag = lag; }
  // From now on the node gets messages this much late, but runs on time: its inbox is congested.
  void congest(world::NodeId node, core::Duration lag) { nodes_.at(node).inbox_lag = lag; }
  void set_network(Network network) { network_ = std::move(network); }
  num::Stream& network_random() { return network_random_; }

  void act(world::NodeId node, const Act& what) {
    Node& acting = nodes_.at(node);
    world::Context context{node, acting.incarnation, now_, {}, acting.random};
    world::Effects effects;
    what(context, effects);
    carry_out(node, effects);
  }

  void run_for(core::Duration duration) {
    const core::Time end = now_ + duration;
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      auto event = queue_.extract(queue_.begin());
      now_ = event.key().first;
      happen(event.mapped());
    }
    now_ = end;
  }

  [[nodiscard]] core::Time now() const { return now_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

  template <world::Traceable T>
  [[nodiscard]] std::vector<std::pair<world::NodeId, T>> traced() const {
    std::vector<std::pair<world::NodeId, T>> found;
    for (const world::TraceEntry& entry : trace_) {
      if (const auto record = world::as<T>(entry)) {
        found.emplace_back(entry.node, *record);
      }
    }
    return found;
  }
  [[nodiscard]] const std::vector<world::TraceEntry>& trace() const { return trace_; }

 private:
  struct Node {
    world::Incarnation incarnation;
    bool up = false;
    core::Duration lag{};
    core::Duration inbox_lag{};
    Receive receive;
    Timer timer;
    std::map<world::TimerId, std::uint64_t> timers;  // the event that counts
    num::Stream random;
  };
  struct Firing {
    world::NodeId node;
    world::Incarnation incarnation;
    world::TimerId timer;
    std::uint64_t event = 0;
    bool lagged = false;
  };
  struct Arrival {
    world::Message message;
    bool lagged = false;
  };
  using Event = std::variant<Firing, Arrival>;

  std::uint64_t schedule(core::Duration after, Event event) {
    queue_.emplace(std::pair(now_ + after, ++events_), std::move(event));
    return events_;
  }

  void happen(Event& event) {
    const world::NodeId node = std::holds_alternative<Firing>(event)
                                   ? std::get<Firing>(event).node
                                   : std::get<Arrival>(event).message.to;
    const auto found = nodes_.find(node);
    if (found == nodes_.end() || !found->second.up) {
      return;
    }
    Node& target = found->second;
    bool& lagged = std::visit([](auto& one) -> bool& { return one.lagged; }, event);
    const bool message = std::holds_alternative<Arrival>(event);
    const core::Duration lag = target.lag + (message ? target.inbox_lag : core::Duration::zero());
    if (!lagged && lag > core::Duration::zero()) {
      lagged = true;
      schedule(lag, event);
      return;
    }
    if (const auto* arrival = std::get_if<Arrival>(&event)) {
      act(node, [&](world::Context& context, world::Effects& effects) {
        target.receive(arrival->message, context, effects);
      });
      return;
    }
    const Firing& firing = std::get<Firing>(event);
    const auto timer = target.timers.find(firing.timer);
    if (firing.incarnation == target.incarnation && timer != target.timers.end() &&
        timer->second == firing.event) {
      target.timers.erase(timer);
      act(node, [&](world::Context& context, world::Effects& effects) {
        target.timer(firing.timer, context, effects);
      });
    }
  }

  void carry_out(world::NodeId node, world::Effects& effects) {
    Node& acting = nodes_.at(node);
    for (world::Effect& effect : effects.take()) {
      if (auto* send = std::get_if<world::Send>(&effect)) {
        send->message.from = node;
        send->message.incarnation = acting.incarnation;
        ++sent_;
        if (const auto delay = network_(send->message)) {
          schedule(*delay, Arrival{std::move(send->message), false});
        }
      } else if (const auto* set = std::get_if<world::SetTimer>(&effect)) {
        const std::uint64_t id = events_ + 1;
        acting.timers[set->timer] = id;
        schedule(set->after, Firing{node, acting.incarnation, set->timer, id, false});
      } else if (const auto* cancel = std::get_if<world::CancelTimer>(&effect)) {
        acting.timers.erase(cancel->timer);
      } else if (auto* trace = std::get_if<world::Trace>(&effect)) {
        trace_.push_back({now_, node, acting.incarnation, std::move(trace->record)});
      }
    }
  }

  core::Time now_ = core::at(core::seconds(1));
  std::map<world::NodeId, Node> nodes_;
  std::map<std::pair<core::Time, std::uint64_t>, Event> queue_;
  std::uint64_t events_ = 0;
  std::uint64_t sent_ = 0;
  num::Stream network_random_;
  std::uint64_t seed_ = 0;
  Network network_ = [](const world::Message&) {
    return std::optional<core::Duration>(core::milliseconds(1));
  };
  std::vector<world::TraceEntry> trace_;
};

}  // namespace swarm
