// A whole deployment in virtual time: members with a trivial agent and an environment that always
// agrees, a client that offers tasks at a steady pace, and a controller that asks for what a test
// says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "swarm/admin.h"
#include "swarm/member.h"
#include "world_sim/simulation.h"

namespace swarm {

inline constexpr world::NodeId kClientNode{90};
inline constexpr world::NodeId kControllerNode{91};
inline constexpr world::NodeId kStrangerNode{92};

// Whether an agent fails a task that it ends now.
using Fails = std::function<bool(world::NodeId, core::Time)>;

// Does what a task declares and says that it is done, or that the environment refused it.
class PlainAgent : public world::Machine {
 public:
  explicit PlainAgent(MemberConfig config, Fails fails = {}, core::Duration fence_takes = {})
      : member_(std::move(config)), fails_(std::move(fails)), fence_takes_(fence_takes) {}

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override;
  [[nodiscard]] std::uint64_t digest() const override { return core::digest(member_); }
  [[nodiscard]] const Member& member() const { return member_; }

 private:
  void serve(world::Context& context, world::Effects& effects);

  Member member_;
  Fails fails_;
  core::Duration fence_takes_{};
};

class Deployment : public world::TraceSink, public world_sim::Observer {
 public:
  struct Plan {
    std::uint32_t agents = 4;  // founders: nodes 2, 3, …; node 1 is the hub
    std::uint32_t standbys = 2;
    core::Duration telemetry_every = core::milliseconds(500);
    std::uint32_t queue_limit = 1000;
    DispatchConfig dispatch;
    TopologyKind kind = TopologyKind::kStar;
    core::Duration service = core::milliseconds(50);
    core::Duration fence_takes{};                  // until the environment has fenced off a term
    core::Duration pace = core::milliseconds(20);  // between two tasks
    std::uint64_t seed = 1;
    std::function<void(MemberConfig&)> adjust;
    std::function<void(TopologySpec&)> shape;
    world::FaultPlan faults;
    Fails fails;
  };
  explicit Deployment(Plan plan);

  // The sandbox of a member that joins starts.
  void boot(world::NodeId node);
  // The controller asks everybody who may vote until one says done or refused, or until the
  // deadline; the last answer.
  AdminAnswer ask(const AdminAction& action, core::Duration deadline = core::seconds(5));
  StatusAnswer status();
  // Puts one message on its way as if `from` had sent it: only its type and body are taken.
  void say(world::NodeId from, world::Message message);

  void run_for(core::Duration duration) { simulation_.run_until(simulation_.now() + duration); }
  [[nodiscard]] world::NodeId leader() const;
  [[nodiscard]] const Member& member(world::NodeId node) const;
  [[nodiscard]] world_sim::Simulation& simulation() { return simulation_; }

  template <world::Traceable T>
  [[nodiscard]] std::vector<T> traced() const {
    std::vector<T> found;
    for (const world::TraceEntry& entry : trace_) {
      if (auto record = world::as<T>(entry)) {
        found.push_back(std::move(*record));
      }
    }
    return found;
  }
  [[nodiscard]] const std::vector<world::TraceEntry>& trace() const { return trace_; }
  // How many tasks each agent was assigned among the last `count` assignments.
  [[nodiscard]] std::map<world::NodeId, std::size_t> latest(std::size_t count) const;
  // Which agents were assigned a task from `since` on.
  [[nodiscard]] std::set<world::NodeId> assigned(core::Time since) const;
  [[nodiscard]] const std::vector<world::Sample>& samples() const;
  [[nodiscard]] const std::map<TaskId, Result>& answers() const;
  [[nodiscard]] std::uint64_t offered() const;

  void receive(const world::TraceEntry& entry) override { trace_.push_back(entry); }
  void on_delivery(core::Time, core::Time, const world::Message& message) override {
    spoken_.emplace(message.from, message.to);
  }
  // Who got a message from whom.
  [[nodiscard]] const std::set<std::pair<world::NodeId, world::NodeId>>& spoken() const {
    return spoken_;
  }
  [[nodiscard]] const Topology& topology() const { return topology_; }

 private:
  struct Mail;
  class Client;
  class Post;

  [[nodiscard]] MemberConfig config(world::NodeId node) const;

  Plan plan_;
  Topology topology_;
  std::vector<world::TraceEntry> trace_;
  std::set<std::pair<world::NodeId, world::NodeId>> spoken_;
  std::shared_ptr<Mail> mail_;
  world_sim::Simulation simulation_;
  std::uint64_t tokens_ = 0;
  std::vector<world::NodeId> may_lead_;  // voters of the start, and those who join
};

}  // namespace swarm
