// Carries out the link and clock faults of a plan on one node's messages and clocks.
//
// The fault gate says what happens to a message; this keeps it until it is due or its fault ends,
// flips its bit, sends its copies, and traces when a fault begins and ends and how often it acted
// here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "core/time.h"
#include "network.h"
#include "world/fault_gate.h"
#include "world/trace.h"

namespace world_real {

class FaultDesk {
 public:
  // The doors to the rest of the driver; times are true times.
  struct Doors {
    std::function<core::Time()> now;
    std::function<void(core::Time, std::function<void()>)> schedule;
    std::function<void(Network::Outgoing)> send;
    std::function<void(const world::MessageDropped&)> drop;
    std::function<void(world::TraceRecord)> trace;
    std::function<void()> clock_changed;  // true_span() gives other answers from now on
  };

  // At most `limit` messages are kept back; beyond it they are dropped.
  FaultDesk(std::uint64_t seed, world::FaultPlan plan, world::NodeId self, std::size_t limit,
            Doors doors);

  // Schedules the faults that name their nodes and their time.
  void start();
  // Ends what is active, so that its share is traced.
  void finish();
  void begin(world::FaultIndex fault, const std::vector<world::NodeId>& targets);
  void end(world::FaultIndex fault);

  // Takes a message to another node in its wire form.
  void send(Network::Outgoing outgoing);

  // What the machine reads.
  [[nodiscard]] world::ClockError read_clock() { return gate_.read_clock(self_, doors_.now()); }
  // The same for the driver's own use: it does not count as the fault acting.
  [[nodiscard]] world::ClockError clock_error() const {
    return gate_.clock_error(self_, doors_.now());
  }
  [[nodiscard]] core::Duration true_span(core::Duration local) const {
    return gate_.true_span(self_, local);
  }

 private:
  void keep_until(core::Time due, Network::Outgoing outgoing);
  bool damage(Network::Outgoing& outgoing, const world::Verdict& verdict);
  void drop(const Network::Outgoing& outgoing, world::DropReason reason);
  void hold(Network::Outgoing outgoing, world::FaultIndex fault);

  world::FaultGate gate_;
  const world::NodeId self_;
  const std::size_t limit_;
  Doors doors_;
  std::map<world::FaultIndex, bool> active_;  // the value: it is a clock fault
  std::map<world::FaultIndex, std::vector<Network::Outgoing>> held_;
  std::map<world::NodeId, core::Time> last_due_;  // of messages that keep their link's order
  std::size_t kept_ = 0;
};

}  // namespace world_real
