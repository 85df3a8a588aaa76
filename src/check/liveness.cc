#include "liveness.h"

#include <algorithm>

namespace check {
namespace {

// What a healthy swarm stays far below, and a storm of retries or elections does not. Each is
// stated for one member, pair of members, task or fault.
constexpr std::int64_t kRecoveryElectionTimeouts = 10;  // without a ready leader in a calm
constexpr std::uint64_t kElectionsPerVoter = 10;
constexpr std::uint64_t kElectionsPerFault = 20;
// Heartbeats of two kinds both ways, keepalives, probes and empty appends.
constexpr std::uint64_t kMessagesPerPairAndElectionTimeout = 100;
constexpr std::uint64_t kMessagesPerTask = 500;
constexpr std::uint64_t kMessagesPerTaskAndMember = 50;
constexpr std::uint64_t kTimersPerMember = 256;
constexpr std::uint64_t kTimersPerPeer = 4;
constexpr std::uint64_t kTimersPerOpenTask = 4;

}  // namespace

Liveness::Liveness(const CheckConfig& config)
    : config_(config), voters_(config.topology.voters()) {}

// A fault without duration, such as a step of the clock, has no end to wait for.
void Liveness::on(const Moment& moment, const world::FaultStarted& record) {
  calm_since_ = moment.at;
  const world::FaultPlan& plan = config_.faults;
  if (record.fault >= plan.size() || plan[record.fault].duration > core::Duration{}) {
    faults_.insert(record.fault);
  }
  wait_for_leader(moment.at);
}

void Liveness::on(const Moment& moment, const world::FaultEnded& record) {
  calm_since_ = moment.at;
  faults_.erase(record.fault);
  wait_for_leader(moment.at);
}

// From here on somebody must get ready, unless a fault stands in the way.
void Liveness::wait_for_leader(core::Time since) {
  leaderless_since_ =
      ready_ || !faults_.empty() ? std::optional<core::Time>() : std::optional(since);
}

void Liveness::judge_wait(core::Time until) {
  if (leaderless_since_ && config_.expects_liveness) {
    const core::Duration took = until - *leaderless_since_;
    live_.expect(took <= kRecoveryElectionTimeouts * config_.election_timeout, {until, leader_},
                 [&] {
                   return "nobody was ready to lead for " + text(took / core::milliseconds(1)) +
                          " ms without a fault; allowed are " + text(kRecoveryElectionTimeouts) +
                          " election timeouts";
                 });
  }
  leaderless_since_.reset();
}

void Liveness::lost_leader(core::Time at) {
  if (ready_) {
    ready_ = false;
    wait_for_leader(at);
  }
}

void Liveness::halted(const Moment& moment) {
  if (moment.who == leader_) {
    leader_ = {};
    lost_leader(moment.at);
  }
}

void Liveness::on(const Moment& moment, const swarm::BecameLeader& record) {
  if (record.term >= term_) {
    term_ = record.term;
    leader_ = moment.who;
    lost_leader(moment.at);
  }
}

void Liveness::on(const Moment& moment, const swarm::LeaderReady& record) {
  if (moment.who == leader_ && record.term == term_) {
    ready_ = true;
    judge_wait(moment.at);
  }
}

void Liveness::on(const Moment& moment, const swarm::SteppedDown&) {
  halted(moment);
}

void Liveness::on(const Moment& moment, const swarm::Committed& record) {
  under_way_.emplace_back(moment.at, record.index);
  settle(moment.at);
}

void Liveness::settle(core::Time now) {
  while (!under_way_.empty() && now - under_way_.front().first >= config_.election_timeout) {
    settled_ = std::max(settled_, under_way_.front().second);
    under_way_.pop_front();
  }
}

void Liveness::on(const swarm::MemberJoined& record) {
  joined_.insert(record.member);
}

void Liveness::on(const swarm::ConfigurationChanged& record) {
  if (record.index >= configured_ && !record.voters.empty()) {
    configured_ = record.index;
    voters_ = record.voters;
  }
}

void Liveness::on(const Moment&, const swarm::ElectionStarted& record) {
  elections_ += record.pre_vote ? 0 : 1;
}

bool Liveness::due(const FinalState& state) const {
  return config_.expects_liveness && state.complete && faults_.empty() &&
         state.ended - calm_since_ >= kRecoveryElectionTimeouts * config_.election_timeout;
}

std::string Liveness::replica_fault(const FinalState& state, const FinalState::Replica& replica,
                                    std::uint64_t abandoned) const {
  const FinalState::Replica& first =
      *std::ranges::max_element(state.replicas, std::less<>(), &FinalState::Replica::applied_index);
  if (replica.applied_index != first.applied_index) {
    if (replica.applied_index >= settled_) {
      return {};
    }
    return name_of(replica.node) + " has applied " + text(replica.applied_index) + " of " +
           text(first.applied_index) + " entries at the end";
  }
  if (replica.ledger_digest != first.ledger_digest) {
    return "the ledger of " + name_of(replica.node) + " is another than that of " +
           name_of(first.node) + " at the end";
  }
  if (replica.open_tasks > abandoned) {
    return text(replica.open_tasks) + " tasks are open in the ledger of " + name_of(replica.node) +
           " at the end, " + text(abandoned) + " of them given up by the client";
  }
  return {};
}

void Liveness::judge_recovery(const FinalState& state, std::uint64_t abandoned) {
  settle(state.ended);
  const bool must = due(state);
  // Before it is due, what has come back counts and what has not is not held against the swarm.
  const auto judge = [&](std::string fault) {
    if (must || fault.empty()) {
      live_.expect_none(std::move(fault), {state.ended, {}});
    }
  };
  judge(ready_ ? std::string()
        : leader_
            ? name_of(leader_) + " leads term " + text(term_) + " at the end, but is not ready"
            : "nobody leads at the end; the last leader was that of term " + text(term_));
  judge(state.open_at_client == 0
            ? std::string()
            : text(state.open_at_client) + " tasks wait for an answer at the end");
  for (const FinalState::Replica& replica : state.replicas) {
    if (std::ranges::find(voters_, replica.node) != voters_.end()) {
      judge(replica_fault(state, replica, abandoned));
    }
  }
  live_.set_applies(must || live_.checked() > 0);
}

void Liveness::judge_bounds(const FinalState& state) {
  const Moment end{state.ended, {}};
  const std::uint64_t members = config_.topology.members.size() + joined_.size();
  const std::uint64_t timeouts =
      config_.election_timeout > core::Duration{}
          ? static_cast<std::uint64_t>(state.ended.time_since_epoch() / config_.election_timeout) +
                1
          : 1;
  const auto expect = [&](std::uint64_t used, std::uint64_t allowed, const std::string& what) {
    bounds_.expect(used <= allowed, end,
                   [&] { return text(used) + " " + what + "; allowed are " + text(allowed); });
  };
  const std::uint64_t timers = kTimersPerMember + members * kTimersPerPeer;
  // The limit is on messages; timers that fire wait behind them.
  if (state.inbox_limit > 0) {
    expect(state.inbox_peak, state.inbox_limit + timers, "events waited for one node");
  }
  expect(state.messages_sent,
         members * members * timeouts * kMessagesPerPairAndElectionTimeout +
             state.tasks_offered * (kMessagesPerTask + members * kMessagesPerTaskAndMember),
         "messages were sent by members for " + text(state.tasks_offered) + " tasks");
  std::uint64_t open = state.open_at_client;
  for (const FinalState::Replica& replica : state.replicas) {
    open = std::max(open, replica.open_tasks);
  }
  expect(state.timers_peak, timers + open * kTimersPerOpenTask, "timers are set on one member");
  expect(elections_,
         timeouts + config_.topology.voters().size() * kElectionsPerVoter +
             config_.faults.size() * kElectionsPerFault,
         "elections were held");
}

void Liveness::finish(const FinalState& state, std::uint64_t abandoned) {
  if (config_.expects_liveness && state.complete) {
    judge_recovery(state, abandoned);
  } else {
    live_.set_applies(false);
  }
  judge_bounds(state);
}

void Liveness::append_to(std::vector<Invariant>& results) const {
  results.push_back(live_.invariant());
  results.push_back(bounds_.invariant());
}

}  // namespace check
