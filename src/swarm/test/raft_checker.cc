#include "raft_checker.h"

#include <algorithm>

namespace swarm::test {

void RaftChecker::receive(const world::TraceEntry& entry) {
  now_ = entry.at;
  judge_if<Recovered>(entry);
  judge_if<VoteDurable>(entry);
  judge_if<BecameLeader>(entry);
  judge_if<EntryDurable>(entry);
  judge_if<LogTruncated>(entry);
  judge_if<SnapshotDurable>(entry);
  judge_if<Committed>(entry);
  judge_if<CommitLearned>(entry);
}

void RaftChecker::expect(bool holds, world::NodeId node, std::string property) {
  if (!holds) {
    violations_.push_back("at " + std::to_string(core::to_ns(now_) / 1'000'000) + " ms, node " +
                          std::to_string(node.value) + ": " + std::move(property));
  }
}

bool RaftChecker::holds(const NodeView& view, Index index, const Known& known) const {
  if (index <= view.snapshot) {
    return true;
  }
  const auto it = view.durable.find(index);
  return it != view.durable.end() && it->second == known;
}

void RaftChecker::judge(world::NodeId node, const Recovered& record) {
  NodeView& view = nodes_[node];
  for (const auto& [index, known] : committed_) {
    const bool held =
        index > view.snapshot && view.durable.contains(index) && view.durable.at(index) == known;
    expect(!held || index <= record.last_index, node,
           "a committed entry that was durable is lost: " + std::to_string(index));
  }
  view.snapshot = record.snapshot_index;
  view.snapshot_term = record.snapshot_term;
  view.durable.clear();
  view.commit = record.snapshot_index;
}

void RaftChecker::judge(world::NodeId node, const VoteDurable& record) {
  const auto [it, fresh] = vote_of_.try_emplace({node, record.term}, record.candidate);
  expect(fresh || it->second == record.candidate, node,
         "votes twice in term " + std::to_string(record.term));
}

void RaftChecker::judge(world::NodeId node, const BecameLeader& record) {
  const auto [it, fresh] = leader_of_.try_emplace(record.term, node);
  expect(fresh, node, "a second leader of term " + std::to_string(record.term));
  expect(record.granted.size() >= record.voters.size() / 2 + 1, node, "leads without a majority");
  for (const world::NodeId voter : record.granted) {
    const auto vote = vote_of_.find({voter, record.term});
    expect(vote != vote_of_.end() && vote->second == node, node,
           "counts a vote that is not durable");
  }
  for (const auto& [index, known] : committed_) {
    const auto claimed = committed_in_.find(index);
    const bool owed = claimed != committed_in_.end() && claimed->second < record.term;
    expect(!owed || holds(nodes_[node], index, known), node,
           "leads without committed entry " + std::to_string(index));
  }
}

void RaftChecker::judge(world::NodeId node, const EntryDurable& record) {
  NodeView& view = nodes_[node];
  const Known known{record.term, record.digest};
  view.durable.insert_or_assign(record.index, known);
  std::optional<Term> before;
  if (const auto it = view.durable.find(record.index - 1); it != view.durable.end()) {
    before = it->second.term;
  } else if (record.index - 1 == view.snapshot) {
    before = view.snapshot_term;
  }
  const auto [it, fresh] =
      matching_.try_emplace({record.index, record.term}, std::pair(record.digest, before));
  auto& [digest, term_before] = it->second;
  expect(digest == record.digest, node, "log matching: one index and term, two entries");
  expect(!before || !term_before || *before == *term_before, node,
         "log matching: one index and term, two histories");
  if (!term_before) {
    term_before = before;
  }
}

void RaftChecker::judge(world::NodeId node, const LogTruncated& record) {
  NodeView& view = nodes_[node];
  for (auto it = view.durable.upper_bound(record.last_kept); it != view.durable.end();
       it = view.durable.erase(it)) {
    const auto final = committed_.find(it->first);
    expect(final == committed_.end() || final->second != it->second, node,
           "removes committed entry " + std::to_string(it->first));
  }
}

void RaftChecker::judge(world::NodeId node, const SnapshotDurable& record) {
  NodeView& view = nodes_[node];
  view.snapshot = record.index;
  view.snapshot_term = record.term;
  view.commit = std::max(view.commit, record.index);
  view.durable.erase(view.durable.begin(), view.durable.upper_bound(record.index));
  view.durable.erase(view.durable.upper_bound(record.last_index), view.durable.end());
}

void RaftChecker::commit(world::NodeId node, Index index, Known known) {
  const auto [it, fresh] = committed_.try_emplace(index, known);
  expect(it->second == known, node, "another value is committed at " + std::to_string(index));
  NodeView& view = nodes_[node];
  expect(index == view.commit + 1, node, "the commit index goes up one by one");
  view.commit = index;
}

void RaftChecker::judge(world::NodeId node, const Committed& record) {
  const Known known{record.term, record.digest};
  expect(record.durable.size() >= record.voters.size() / 2 + 1, node,
         "commits without a majority: " + std::to_string(record.index));
  for (const world::NodeId member : record.durable) {
    expect(std::ranges::binary_search(record.voters, member), node, "counts who has no vote");
    expect(holds(nodes_[member], record.index, known), node,
           "counts an entry that is not durable: " + std::to_string(record.index) + " on node " +
               std::to_string(member.value));
  }
  const auto [it, fresh] = committed_in_.try_emplace(record.index, record.leader_term);
  it->second = std::min(it->second, record.leader_term);
  commit(node, record.index, known);
}

void RaftChecker::judge(world::NodeId node, const CommitLearned& record) {
  commit(node, record.index, {record.term, record.digest});
}

}  // namespace swarm::test
