// Every task of a run as spans of time, across the nodes that had a part in it: for viewers of
// distributed traces.
//
// The client's span is the task from its intended start to its answer. Below it, at the leader, is
// one span for the time in the queue before each attempt and one for each attempt from assignment
// to its end; below an attempt, at the agent, the work itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "swarm/trace.h"
#include "world/trace.h"

namespace lab {

struct Span {
  swarm::TaskId task;
  std::uint64_t id = 0;      // from 1, unique in the run
  std::uint64_t parent = 0;  // 0: the task's own span
  std::string name;          // "task", "queued", "attempt 2", "work 2"
  world::NodeId node;
  core::Time begin;
  std::optional<core::Time> end;  // absent: not over when the run ended
  std::string outcome;            // how it ended, where there is something to say
  bool failed = false;
};

class Spans : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override;

  // In the order in which they began to be known.
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  // Of the last record; spans without an end lasted at least so long.
  [[nodiscard]] core::Time last() const { return last_; }

 private:
  using AttemptKey = std::pair<swarm::TaskId, swarm::Attempt>;

  Span& open(swarm::TaskId task, std::string name, const world::TraceEntry& entry);
  void close(std::size_t& index, core::Time at, std::string outcome, bool failed);
  void on_client(const world::TraceEntry& entry);
  void on_leader(const world::TraceEntry& entry);
  void on_agent(const world::TraceEntry& entry);
  void end_attempt(swarm::TaskId task, swarm::Attempt attempt, core::Time at, std::string outcome,
                   bool failed);

  // Index + 1 in spans_, 0 for none.
  std::map<swarm::TaskId, std::size_t> tasks_;
  std::map<swarm::TaskId, std::size_t> queued_;
  std::map<AttemptKey, std::size_t> attempts_;
  std::map<AttemptKey, std::size_t> works_;
  std::vector<Span> spans_;
  core::Time last_{};
};

}  // namespace lab
