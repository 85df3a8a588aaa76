#include "consensus.h"

#include <algorithm>
#include <iterator>

namespace check {
namespace {

// A member may lag by what one append takes and still come to vote (swarm/raft.h).
constexpr swarm::Index kMostLag = 256;
// Until a leader suspects a voter that is gone and the controller has heard of it.
constexpr core::Duration kNoticed = core::seconds(3);

std::string name_of_entry(swarm::Index index, const Known& known) {
  return "entry " + text(index) + " of term " + text(known.term) + " with digest " +
         text(known.digest);
}

// Some of `chosen` are not of `voters`, are named twice, or are no majority.
std::string majority_fault(const std::vector<world::NodeId>& chosen,
                           const std::vector<world::NodeId>& voters) {
  std::vector<world::NodeId> sorted = chosen;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    return "one of its nodes is counted twice";
  }
  for (const world::NodeId node : sorted) {
    if (std::ranges::find(voters, node) == voters.end()) {
      return name_of(node) + " is counted, which has no vote";
    }
  }
  if (sorted.size() < voters.size() / 2 + 1) {
    return text(std::uint64_t{sorted.size()}) + " of " + text(std::uint64_t{voters.size()}) +
           " voters are no majority";
  }
  return {};
}

}  // namespace

Consensus::Member& Consensus::member(world::NodeId node) {
  const auto [it, fresh] = members_.try_emplace(node);
  if (fresh) {
    it->second.voters = voters_;
  }
  return it->second;
}

void Consensus::on(const Moment& moment, const swarm::Recovered& record) {
  Member& self = member(moment.who);
  self.log.settle(committed_);
  // A first boot has nothing to lose, so it is no evaluation.
  if (const swarm::Index held = std::min(self.log.settled(), committed_.last()); held > 0) {
    durable_.expect(record.last_index >= held, moment, [&] {
      return "committed entries up to " + text(held) + " were durable, but the log recovered " +
             "after a restart ends at " + text(record.last_index);
    });
  }
  if (self.highest_vote > 0) {
    vote_.expect(record.term >= self.highest_vote, moment, [&] {
      return "a vote of term " + text(self.highest_vote) + " was durable, but the term recovered " +
             "after a restart is " + text(record.term);
    });
  }
  if (record.snapshot_index > 0) {
    expect_snapshot(moment, "the recovered snapshot", record.snapshot_index, record.snapshot_term);
  }
  self.log.recover(record.snapshot_index);
  self.leads = false;
  self.commit = record.snapshot_index;
}

void Consensus::expect_snapshot(const Moment& moment, const std::string& which, swarm::Index index,
                                swarm::Term term) {
  const Known final = committed_.at(index);
  agreement_.expect(final.term == term, moment, [&] {
    return which + " ends with entry " + text(index) + " of term " + text(term) +
           (final.term == 0 ? ", which nobody has committed"
                            : "; committed there is term " + text(final.term));
  });
}

void Consensus::on(const Moment& moment, const swarm::ConfigurationChanged& record) {
  Member& self = member(moment.who);
  if (self.leads && record.index > self.configured) {
    change_.expect_none(change_fault(moment, record), moment);
  }
  self.voters = record.voters;
  self.learners = record.learners;
  self.configured = record.index;
}

// Of a change that a leader makes: it is of one node, the one before it is committed, who comes to
// vote has caught up, and without the one that goes a majority is left that is there.
std::string Consensus::change_fault(const Moment& moment,
                                    const swarm::ConfigurationChanged& record) {
  const Member& self = member(moment.who);
  const std::string claim = "changes who takes part by entry " + text(record.index) + ", but ";
  if (self.configured > self.commit) {
    return claim + "the change by entry " + text(self.configured) + " is not committed";
  }
  const auto changed = [](const std::vector<world::NodeId>& before,
                          const std::vector<world::NodeId>& after) {
    std::vector<world::NodeId> nodes;
    std::ranges::set_symmetric_difference(before, after, std::back_inserter(nodes));
    return nodes;
  };
  const std::vector<world::NodeId> votes = changed(self.voters, record.voters);
  std::vector<world::NodeId> all = changed(self.learners, record.learners);
  all.insert(all.end(), votes.begin(), votes.end());
  if (std::ranges::any_of(all, [&](world::NodeId node) { return node != all.front(); })) {
    return claim + "it changes more than one node";
  }
  if (votes.empty()) {
    return {};
  }
  if (std::ranges::binary_search(record.voters, votes.front())) {
    DurableLog& log = member(votes.front()).log;
    log.settle(committed_);
    return log.settled() > 0 && log.settled() + kMostLag >= committed_.last()
               ? std::string()
               : claim + name_of(votes.front()) + ", which comes to vote, holds " +
                     text(log.settled()) + " of " + text(committed_.last()) + " committed entries";
  }
  const std::size_t left = present(record.voters, moment.at);
  return left > record.voters.size() / 2
             ? std::string()
             : claim + "of the " + text(std::uint64_t{record.voters.size()}) +
                   " voters that stay only " + text(std::uint64_t{left}) + " are there";
}

// Who has been gone for less than it takes to be noticed counts as there.
std::size_t Consensus::present(const std::vector<world::NodeId>& voters, core::Time at) const {
  return static_cast<std::size_t>(std::ranges::count_if(voters, [&](world::NodeId node) {
    const auto down = down_since_.find(node);
    return down == down_since_.end() || at - down->second < kNoticed;
  }));
}

void Consensus::on(const Moment& moment, const swarm::SteppedDown&) {
  member(moment.who).leads = false;
}

void Consensus::on(const Moment& moment, const swarm::VoteDurable& record) {
  Member& self = member(moment.who);
  self.highest_vote = std::max(self.highest_vote, record.term);
  const auto [it, fresh] = votes_.try_emplace({moment.who, record.term}, record.candidate);
  vote_.expect(it->second == record.candidate, moment, [&] {
    return "votes in term " + text(record.term) + " for " + name_of(record.candidate) +
           " after it voted for " + name_of(it->second);
  });
}

std::string Consensus::election_fault(const Moment& moment, const swarm::BecameLeader& record) {
  const std::string claim = "leads term " + text(record.term) + ", but ";
  const auto [it, fresh] = leaders_.try_emplace(record.term, moment.who);
  if (!fresh) {
    return claim + name_of(it->second) + " was elected in it before";
  }
  if (record.voters != member(moment.who).voters) {
    return claim + "the voters that it names are not the configuration in force";
  }
  if (const std::string fault = majority_fault(record.granted, record.voters); !fault.empty()) {
    return claim + fault;
  }
  for (const world::NodeId voter : record.granted) {
    const auto vote = votes_.find({voter, record.term});
    if (vote == votes_.end() || vote->second != moment.who) {
      return claim + "the vote of " + name_of(voter) + " is not durable";
    }
  }
  return {};
}

void Consensus::on(const Moment& moment, const swarm::BecameLeader& record) {
  leader_.expect_none(election_fault(moment, record), moment);
  Member& self = member(moment.who);
  self.leads = true;
  self.log.settle(committed_);
  // A leader of an older term may still come to office late, by votes that were long on their way:
  // it owes only what leaders before it have committed.
  swarm::Index owed = 0;
  for (auto it = claimed_.begin(); it != claimed_.lower_bound(record.term); ++it) {
    owed = std::max(owed, it->second);
  }
  completeness_.expect(self.log.settled() >= owed && record.last_index >= owed, moment, [&] {
    return "leads term " + text(record.term) + " with a log of " + text(record.last_index) +
           " entries; of " + text(owed) + " committed before, the first " +
           text(self.log.settled()) + " are durable there";
  });
}

void Consensus::on(const Moment& moment, const swarm::EntryDurable& record) {
  Member& self = member(moment.who);
  const Known known{record.term, record.digest};
  const Known final = committed_.at(record.index);
  if (record.index <= self.log.settled()) {
    durable_.expect(final.term == 0 || final == known, moment, [&] {
      return name_of_entry(record.index, known) + " overwrites committed " +
             name_of_entry(record.index, final);
    });
    return;
  }
  self.log.put(record.index, known);
  std::uint64_t first_digest = final.digest;
  if (final.term != record.term) {
    first_digest = proposed_.try_emplace({record.index, record.term}, record.digest).first->second;
  }
  agreement_.expect(first_digest == record.digest, moment, [&] {
    return "log matching: " + name_of_entry(record.index, known) + " has digest " +
           text(first_digest) + " elsewhere";
  });
  self.log.settle(committed_);
}

void Consensus::on(const Moment& moment, const swarm::LogTruncated& record) {
  Member& self = member(moment.who);
  self.log.settle(committed_);
  const swarm::Index final = std::min(self.log.settled(), committed_.last());
  self.log.truncate_after(record.last_kept);
  durable_.expect_none(removal_fault(self, record.last_kept, final), moment);
}

// A member that slept through the commit may give way to an append of a leader that has been
// replaced since; what is committed stays with a majority all the same.
std::string Consensus::removal_fault(const Member& self, swarm::Index last_kept,
                                     swarm::Index final) const {
  const std::string claim = "removes its log after entry " + text(last_kept);
  if (last_kept < self.commit) {
    return claim + ", though it knows that entries up to " + text(self.commit) + " are committed";
  }
  for (swarm::Index index = last_kept + 1; index <= final; ++index) {
    const Known known = committed_.at(index);
    const auto holders = static_cast<std::size_t>(std::ranges::count_if(
        members_, [&](const auto& other) { return other.second.log.holds(index, known); }));
    if (holders < self.voters.size() / 2 + 1) {
      return claim + ", and the committed " + name_of_entry(index, known) +
             " is left on no majority";
    }
  }
  return {};
}

void Consensus::on(const Moment& moment, const swarm::SnapshotDurable& record) {
  Member& self = member(moment.who);
  expect_snapshot(moment, "the installed snapshot", record.index, record.term);
  self.log.cover(record.index, record.last_index);
  self.commit = std::max(self.commit, record.index);
}

std::string Consensus::backing_fault(const Moment& moment, const swarm::Committed& record) {
  const Known known{record.term, record.digest};
  const std::string claim = "commits " + name_of_entry(record.index, known) + ", but ";
  if (record.voters != member(moment.who).voters) {
    return claim + "the voters that it names are not the configuration in force";
  }
  if (const std::string fault = majority_fault(record.durable, record.voters); !fault.empty()) {
    return claim + fault;
  }
  for (const world::NodeId node : record.durable) {
    if (!member(node).log.holds(record.index, known)) {
      return claim + "it is not durable on " + name_of(node);
    }
  }
  return {};
}

void Consensus::on(const Moment& moment, const swarm::Committed& record) {
  durable_.expect_none(backing_fault(moment, record), moment);
  agree(moment, record.index, {record.term, record.digest});
  swarm::Index& claimed = claimed_[record.leader_term];
  claimed = std::max(claimed, record.index);
  judge_later_leaders(moment, record);
}

void Consensus::on(const Moment& moment, const swarm::CommitLearned& record) {
  agree(moment, record.index, {record.term, record.digest});
}

void Consensus::agree(const Moment& moment, swarm::Index index, const Known& known) {
  Member& self = member(moment.who);
  agreement_.expect(index == self.commit + 1, moment, [&] {
    return "hears that entry " + text(index) + " is committed after entry " + text(self.commit);
  });
  self.commit = std::max(self.commit, index);
  const Known final = committed_.at(index);
  agreement_.expect(final.term == 0 || final == known, moment, [&] {
    return name_of_entry(index, known) + " is committed, but so is " + name_of_entry(index, final);
  });
  if (final.term == 0 && index > 0) {
    committed_.put(index, known);
    proposed_.erase({index, known.term});
  }
  self.log.settle(committed_);
}

// What an older leader commits now, the leaders of later terms must have had all along.
void Consensus::judge_later_leaders(const Moment& moment, const swarm::Committed& record) {
  const Known known{record.term, record.digest};
  for (auto it = leaders_.upper_bound(record.leader_term); it != leaders_.end(); ++it) {
    const auto& [later, node] = *it;
    completeness_.expect(member(node).log.holds(record.index, known), moment, [&] {
      return "commits " + name_of_entry(record.index, known) + " as leader of term " +
             text(record.leader_term) + ", but the leader of term " + text(later) + ", " +
             name_of(node) + ", does not hold it";
    });
  }
}

// Replicas that have applied the same entries are equal.
void Consensus::finish(const FinalState& state) {
  std::map<std::uint64_t, const FinalState::Replica*> by_index;
  for (const FinalState::Replica& replica : state.replicas) {
    const auto [it, fresh] = by_index.try_emplace(replica.applied_index, &replica);
    if (!fresh) {
      agreement_.expect(it->second->ledger_digest == replica.ledger_digest,
                        {state.ended, replica.node}, [&] {
                          return "after entry " + text(replica.applied_index) +
                                 " its ledger is another than that of " + name_of(it->second->node);
                        });
    }
  }
  const bool expected = state.complete && !voters_.empty();
  for (Verdict* verdict : {&leader_, &vote_, &durable_, &agreement_, &completeness_}) {
    verdict->set_applies(expected || verdict->checked() > 0);
  }
  change_.set_applies(change_.checked() > 0);
}

void Consensus::append_to(std::vector<Invariant>& results) const {
  for (const Verdict* verdict :
       {&leader_, &vote_, &durable_, &agreement_, &completeness_, &change_}) {
    results.push_back(verdict->invariant());
  }
}

}  // namespace check
