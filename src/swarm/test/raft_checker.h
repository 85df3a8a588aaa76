// The safety properties of Raft (paper, figure 3), judged from the trace alone while a test runs.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "swarm/raft_trace.h"

namespace swarm::test {

class RaftChecker : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override;

  // One sentence for each property that did not hold.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] std::size_t leaders_judged() const { return leader_of_.size(); }
  [[nodiscard]] std::size_t commits_judged() const { return committed_.size(); }

 private:
  struct Known {
    Term term = 0;
    std::uint64_t digest = 0;
    bool operator==(const Known&) const = default;
  };
  struct NodeView {
    std::map<Index, Known> durable;
    Index snapshot = 0;
    Term snapshot_term = 0;
    Index commit = 0;  // in this incarnation
  };

  void judge(world::NodeId node, const Recovered& record);
  void judge(world::NodeId node, const VoteDurable& record);
  void judge(world::NodeId node, const BecameLeader& record);
  void judge(world::NodeId node, const EntryDurable& record);
  void judge(world::NodeId node, const LogTruncated& record);
  void judge(world::NodeId node, const SnapshotDurable& record);
  void judge(world::NodeId node, const Committed& record);
  void judge(world::NodeId node, const CommitLearned& record);

  template <world::Traceable T>
  void judge_if(const world::TraceEntry& entry) {
    if (const auto record = world::as<T>(entry)) {
      judge(entry.node, *record);
    }
  }
  void expect(bool holds, world::NodeId node, std::string property);
  void commit(world::NodeId node, Index index, Known known);
  [[nodiscard]] bool holds(const NodeView& view, Index index, const Known& known) const;

  core::Time now_;
  std::map<world::NodeId, NodeView> nodes_;
  std::map<Term, world::NodeId> leader_of_;
  std::map<std::pair<world::NodeId, Term>, world::NodeId> vote_of_;
  std::map<Index, Known> committed_;
  std::map<Index, Term> committed_in_;  // the least leader term that claimed it
  // Of (index, term): the digest there and the term just before, which by induction fix the whole
  // prefix.
  std::map<std::pair<Index, Term>, std::pair<std::uint64_t, std::optional<Term>>> matching_;
  std::vector<std::string> violations_;
};

}  // namespace swarm::test
