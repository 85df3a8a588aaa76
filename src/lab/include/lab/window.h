// A window of virtual time of one run, seen by running it again: one line for each thing that
// happened, and slices for Perfetto.
#pragma once

#include <string>
#include <vector>

#include "lab/deployment.h"
#include "lab/run.h"
#include "world_sim/observer.h"

namespace lab {

class Window : public world_sim::Observer, public world::TraceSink {
 public:
  Window(core::Time from, core::Time until) : from_(from), until_(until) {}

  void receive(const world::TraceEntry& entry) override;
  void on_delivery(core::Time sent, core::Time arrived, const world::Message& message) override;
  void on_event(const world_sim::EventKey& key, world::NodeId node,
                const world::Event& event) override;
  void on_step(const world_sim::StepView& step, const std::vector<world::Effect>& effects) override;

  // What happened from `from` until just before `until`, in order.
  [[nodiscard]] const std::vector<world::TraceEntry>& records() const { return records_; }
  // "  12.003456 s  momentum-1  task.assigned task=7 …", in order; `result` gives the names.
  [[nodiscard]] std::string text(const RunResult& result) const;
  // The Trace Event Format that Perfetto and Chrome read: one track for each node, a slice for each
  // step, an instant for each trace record, an arrow for each message.
  [[nodiscard]] std::string perfetto(const RunResult& result) const;

 private:
  struct Slice {
    core::Time at;
    core::Duration lasts{};
    world::NodeId node;
    std::string name;
  };
  struct Flight {
    core::Time sent;
    core::Time arrived;
    world::NodeId from;
    world::NodeId to;
    std::string name;
  };

  core::Time from_;
  core::Time until_;
  std::string step_name_;
  std::vector<Slice> steps_;
  std::vector<world::TraceEntry> records_;
  std::vector<Flight> flights_;
};

}  // namespace lab
