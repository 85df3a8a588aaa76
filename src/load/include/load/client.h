// The client: offers the workload to the swarm and records what it was told.
//
// It belongs to the environment, not to the swarm: no fault of the swarm is its fault. It offers
// each task at its intended time, asks again with the same task id when no answer comes (each wait
// is twice the one before, up to kLongestWait), turns to whom it is referred, takes the first
// answer, and follows a group whose voters change by what their leaders say. Its record is its
// trace (swarm/trace.h, "client.…").
#pragma once

#include <map>
#include <vector>

#include "load/workload.h"
#include "swarm/protocol.h"
#include "swarm/trace.h"
#include "world/machine.h"

namespace load {

inline constexpr core::Duration kLongestWait = core::seconds(2);
// A client that takes turns passes over who let it wait in vain for so long, as the load balancers
// in front of replicated services do: with two of five members dead, two tasks in five would else
// wait for one of them, and one in six for both.
inline constexpr core::Duration kLeftAlone = core::seconds(2);

struct ClientConfig {
  WorkloadConfig workload;
  std::vector<world::NodeId> members;  // whom to ask, in order of preference; at least one
  bool spread = false;                 // mesh: take turns; otherwise stay with who answers
  core::Duration retry_timeout = core::milliseconds(400);
  std::uint32_t retry_attempts = 8;  // in all
  MUSTER_FIELDS(ClientConfig, workload, members, spread, retry_timeout, retry_attempts)
};

class Client : public world::Machine {
 public:
  // REQUIRES: members and attempts above zero, and Workload's own requirements.
  explicit Client(ClientConfig config);

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override;
  [[nodiscard]] std::uint64_t digest() const override { return core::digest(state_); }

  // Everything offered has been answered or given up, and nothing more will be offered.
  [[nodiscard]] bool finished() const { return !state_.next && state_.open.empty(); }
  [[nodiscard]] std::size_t open_tasks() const { return state_.open.size(); }

 private:
  struct Open {
    swarm::Task task;
    core::Time intended;
    std::uint32_t offers = 0;
    std::uint32_t turned_away = 0;  // offers in a row that nobody answered
    core::Duration wait{};
    world::NodeId asked;  // last
    MUSTER_FIELDS(Open, task, intended, offers, turned_away, wait, asked)
  };
  struct State {
    ClientConfig config;
    Workload workload;
    core::Time started;
    std::optional<Arrival> next;
    std::map<swarm::TaskId, Open> open;
    std::map<swarm::TaskId, std::uint64_t> answered;  // digests of first answers, bounded
    swarm::TaskId highest_offered;
    std::uint32_t target = 0;                    // index of the member to ask
    std::uint64_t asked_epoch = 0;               // of the voters that are asked
    std::map<world::NodeId, core::Time> silent;  // who let it wait, and left alone until when
    MUSTER_FIELDS(State, config, workload, started, next, open, answered, highest_offered, target,
                  asked_epoch, silent)
  };

  void arrive(world::Context& context, world::Effects& effects);
  void schedule_arrival(world::Context& context, world::Effects& effects);
  void offer(Open& open, world::NodeId member, world::Effects& effects);
  [[nodiscard]] world::NodeId whom_to_ask(const Open& open, core::Time now);
  void retry(swarm::TaskId task, world::Context& context, world::Effects& effects);
  void receive(const world::Message& message, world::Context& context, world::Effects& effects);
  void answered(const swarm::Reply& reply, world::NodeId from, world::Context& context,
                world::Effects& effects);
  void referred(const swarm::NotLeader& referral, world::Effects& effects);
  void told_whom_to_ask(const swarm::WhomToAsk& told);
  void turn_to(world::NodeId member);
  [[nodiscard]] swarm::TaskId low_water() const;

  State state_;
};

}  // namespace load
