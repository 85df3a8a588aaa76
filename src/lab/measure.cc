#include "lab/measure.h"

#include <algorithm>
#include <limits>

#include "agent/trace.h"
#include "control/trace.h"
#include "swarm/protocol.h"

namespace lab {

Measure::Measure(const Deployment& deployment, const scenario::Scenario& scenario)
    : deployment_(deployment),
      scenario_(scenario),
      faults_(deployment.fault_names, deployment.faults) {}

namespace {

// Whoever leads there does not reach the others any more.
bool cut_off(const FaultRecord& fault) {
  return fault.kind == "isolate" || fault.kind == "partition" || fault.kind == "region_loss";
}

}  // namespace

void Measure::receive(const world::TraceEntry& entry) {
  faults_.receive(entry, leader_);
  switch (entry.record.kind >> 8U) {
    case 0x00:
      on_driver(entry);
      break;
    case 0x01:
      on_leadership(entry);
      break;
    case 0x02:
      on_group(entry);
      on_members(entry);
      on_links(entry);
      on_assignments(entry);
      break;
    case 0x03:
      on_venue(entry);
      break;
    case 0x04:
      on_client(entry);
      break;
    case 0x05:
      on_agent(entry);
      break;
    case 0x07:
      if (const auto wanted = world::as<control::AgentWanted>(entry)) {
        fleets_[wanted->agent] = wanted->fleet;
      }
      break;
    default:
      break;
  }
}

void Measure::on_client(const world::TraceEntry& entry) {
  if (const auto offered = world::as<swarm::TaskOffered>(entry)) {
    TaskRecord& task = tasks_[offered->task];
    task.intended = offered->intended;
    task.task_class = offered->task_class;
    task.service = offered->service;
  } else if (const auto answered = world::as<swarm::TaskAnswered>(entry)) {
    TaskRecord& task = tasks_[answered->task];
    task.latency = answered->latency;
    task.outcome = answered->result.outcome;
    task.offers = answered->offers;
    task.score_permille = answered->result.score_permille;
  }
}

void Measure::on_agent(const world::TraceEntry& entry) {
  if (const auto judged = world::as<agent::ForecastJudged>(entry)) {
    forecasts_[entry.node] = {static_cast<double>(judged->error_millionths) / 1e6,
                              static_cast<double>(judged->forecasts)};
  }
}

void Measure::on_group(const world::TraceEntry& entry) {
  if (const auto accepted = world::as<swarm::TaskAccepted>(entry)) {
    queued_.insert(accepted->task);
  } else if (const auto assigned = world::as<swarm::TaskAssigned>(entry)) {
    queued_.erase(assigned->task);
    assigned_[{assigned->task, assigned->attempt}] = {assigned->agent, assigned->fallback};
    holder_[assigned->task] = assigned->agent;
  } else if (const auto taken = world::as<swarm::TaskTakenBack>(entry)) {
    queued_.insert(taken->task);
    holder_.erase(taken->task);
  } else if (const auto finished = world::as<swarm::TaskFinished>(entry)) {
    if (finished->first && finished_.insert(finished->task).second) {
      queued_.erase(finished->task);
      holder_.erase(finished->task);
      const auto who = assigned_.find({finished->task, finished->attempt});
      if (who != assigned_.end()) {
        tasks_[finished->task].agent = who->second.first;
        tasks_[finished->task].fallback = who->second.second;
      }
    }
  }
  queue_peak_ = std::max(queue_peak_, queued_.size());
}

void Measure::lose_leader(core::Time at) {
  leader_ = {};
  if (!leaderless_since_) {
    leaderless_since_ = leader_cut_off_since_.value_or(at);
  }
}

void Measure::has_leader(world::NodeId node, core::Time at) {
  // The one that was cut off need not have noticed yet.
  if (!leaderless_since_ && node != leader_) {
    leaderless_since_ = leader_cut_off_since_;
  }
  if (leaderless_since_) {
    failover_ = std::max(failover_.value_or(core::Duration{}), at - *leaderless_since_);
  }
  leader_ = node;
  leaderless_since_.reset();
  leader_cut_off_since_.reset();
  hung_leader_ = {};
}

void Measure::on_leadership(const world::TraceEntry& entry) {
  if (const auto elected = world::as<swarm::BecameLeader>(entry)) {
    ++elections_;
    led_[entry.node] = elected->term;
    milestones_.push_back({entry.at, entry.node, "leads term " + std::to_string(elected->term)});
  } else if (const auto stepped = world::as<swarm::SteppedDown>(entry)) {
    milestones_.push_back({entry.at, entry.node, "steps down"});
    if (entry.node == leader_) {
      lose_leader(entry.at);
    }
    hung_leader_ = entry.node == hung_leader_ ? world::NodeId() : hung_leader_;
  }
}

// Whether a cut that lasts has left this node with fewer than `quorum` members on its side.
bool Measure::cut_off_from(world::NodeId node, std::size_t quorum) const {
  return std::ranges::any_of(faults_.records(), [&](const FaultRecord& fault) {
    return fault.began && !fault.ended && fault.kind == "isolate" &&
           fault.targets.size() < quorum &&
           std::ranges::find(fault.targets, node) != fault.targets.end();
  });
}

void Measure::on_members(const world::TraceEntry& entry) {
  if (const auto ready = world::as<swarm::LeaderReady>(entry)) {
    has_leader(entry.node, entry.at);
  } else if (const auto changed = world::as<swarm::AgentStateChanged>(entry)) {
    states_[entry.node] = changed->to;
  } else if (const auto suspected = world::as<swarm::Suspected>(entry)) {
    if (running_well(suspected->member) && afflicted_[entry.node] == 0) {
      ++false_suspicions_;
    }
  } else if (const auto asks = world::as<swarm::AttemptStarted>(entry)) {
    if (cut_off_from(entry.node, std::numeric_limits<std::size_t>::max())) {
      asked_alone_.insert({entry.node, asks->task});
    }
  } else if (const auto decided = world::as<swarm::JointDecided>(entry)) {
    decided_.push_back(decided->elapsed);
    dissent_ += decided->against;
    // A vote that came before the cut counts after it: only who asked during the cut was alone.
    const bool asked_alone = asked_alone_.contains({entry.node, decided->task});
    if (asked_alone && cut_off_from(entry.node, decided->quorum)) {
      ++decided_by_isolated_;
    }
  } else if (entry.record.kind == swarm::JointUndecided::kKind) {
    ++undecided_;
    if (cut_off_from(entry.node, std::numeric_limits<std::size_t>::max())) {
      ++undecided_by_isolated_;
    }
  }
}

// The envelope of an assignment is opened in the step that takes the assignment in hand.
void Measure::on_assignments(const world::TraceEntry& entry) {
  if (const auto assigned = world::as<swarm::TaskAssigned>(entry)) {
    sent_[{assigned->task, assigned->attempt}] = entry.at;
  } else if (const auto relayed = world::as<swarm::TaskRelayed>(entry)) {
    if (relayed->type == swarm::Assignment::kType) {
      relayed_[entry.node] = relayed->hops;
    }
  } else if (const auto received = world::as<swarm::AssignmentReceived>(entry)) {
    const auto hops = relayed_.extract(entry.node);
    if (const auto sent = sent_.extract({received->task, received->attempt}); !sent.empty()) {
      arrivals_.emplace_back(entry.at - sent.mapped(), hops.empty() ? 0 : hops.mapped());
    }
  }
}

void Measure::on_links(const world::TraceEntry& entry) {
  if (const auto proven = world::as<swarm::LinkProven>(entry)) {
    proven_[entry.node].insert(proven->peer);
  } else if (const auto lost = world::as<swarm::LinkLost>(entry)) {
    proven_[entry.node].erase(lost->peer);
  }
}

bool Measure::running_well(world::NodeId node) const {
  const auto afflicted = afflicted_.find(node);
  return !down_.contains(node) && (afflicted == afflicted_.end() || afflicted->second == 0);
}

void Measure::on_driver(const world::TraceEntry& entry) {
  if (const auto halted = world::as<world::NodeHalted>(entry)) {
    halted_ever_.insert(entry.node);
    down_.insert(entry.node);
    proven_.erase(entry.node);
    states_.erase(entry.node);
    out_of_memory_ += halted->reason == world::HaltReason::kOutOfMemory ? 1U : 0U;
    milestones_.push_back({entry.at, entry.node, "halts: " + std::string(name_of(halted->reason))});
    if (entry.node == leader_) {
      lose_leader(entry.at);
    }
  } else if (entry.record.kind == world::NodeBooted::kKind) {
    states_[entry.node] = swarm::AgentState::kInitialising;
    if (down_.erase(entry.node) != 0) {
      milestones_.push_back({entry.at, entry.node, "boots again"});
    }
  } else if (const auto paused = world::as<world::NodePaused>(entry)) {
    if (const auto led = paused_terms_.extract(entry.node); paused->resumed && !led.empty()) {
      resumed_terms_.insert(led.mapped());
    }
    milestones_.push_back({entry.at, entry.node, paused->resumed ? "resumes" : "hangs"});
    if (!paused->resumed && entry.node == leader_) {
      lose_leader(entry.at);
      hung_leader_ = entry.node;
      paused_terms_[entry.node] = led_[entry.node];
    } else if (paused->resumed && entry.node == hung_leader_) {
      // Nobody has led in its place.
      has_leader(entry.node, entry.at);
    }
  } else if (const auto started = world::as<world::FaultStarted>(entry)) {
    const FaultRecord& fault = faults_.records().at(started->fault);
    for (const world::NodeId target : started->targets) {
      ++afflicted_[target];
    }
    milestones_.push_back({entry.at, {}, fault.kind + " begins"});
    if (fault.on_leader && cut_off(fault)) {
      leader_cut_off_since_ = leader_cut_off_since_.value_or(entry.at);
    }
  } else if (const auto ended = world::as<world::FaultEnded>(entry)) {
    const FaultRecord& fault = faults_.records().at(ended->fault);
    for (const world::NodeId target : fault.targets) {
      --afflicted_[target];
    }
    if (cut_off(fault)) {
      // Who leads still had enough of the others on its side.
      leader_cut_off_since_.reset();
    }
    milestones_.push_back({entry.at, {}, fault.kind + " ends"});
  }
}

// A restarted venue repeats the trace of its last journal record; only what is new counts.
void Measure::on_venue(const world::TraceEntry& entry) {
  const auto fresh = [this](const market::JournalPosition& position) {
    if (position.journal == 0) {
      return true;
    }
    const bool is_new = last_position_ < position;
    last_position_ = std::max(last_position_, position);
    return is_new;
  };
  if (const auto accepted = world::as<market::OrderAcceptedTrace>(entry)) {
    venue_["orders"] += fresh(accepted->position) ? 1U : 0U;
  } else if (const auto filled = world::as<market::FilledTrace>(entry)) {
    if (fresh(filled->position)) {
      on_fill(filled->event);
    }
  } else if (const auto rejected = world::as<market::OrderRejectedTrace>(entry)) {
    if (fresh(rejected->position)) {
      const auto reason = rejected->event.reason;
      const bool fenced = reason == market::RejectReason::kStaleTerm;
      const bool resumed = resumed_terms_.contains(rejected->event.term);
      venue_["fenced_rejections"] += fenced ? 1U : 0U;
      venue_["fenced_after_resume"] += fenced && resumed ? 1U : 0U;
      venue_["stale_attempt_rejections"] += reason == market::RejectReason::kStaleAttempt ? 1U : 0U;
    }
  } else if (const auto repeated = world::as<market::OrderRepeatedTrace>(entry)) {
    venue_["repeated_orders"] += fresh(repeated->position) ? 1U : 0U;
  } else if (const auto marked = world::as<market::MarkedTrace>(entry)) {
    last_price_[marked->event.symbol] = marked->event.mark;
  }
}

void Measure::on_fill(const market::Filled& fill) {
  ++venue_["fills"];
  venue_["volume"] += static_cast<std::uint64_t>(fill.quantity.shares);
  Holding& buyer = holdings_[fill.buyer.account];
  buyer.cash_micros -= fill.notional.micros + fill.buyer.fee.micros;
  buyer.shares[fill.symbol] += fill.quantity.shares;
  Holding& seller = holdings_[fill.seller.account];
  seller.cash_micros += fill.notional.micros - fill.seller.fee.micros;
  seller.shares[fill.symbol] -= fill.quantity.shares;
}

void Measure::begin_load() {
  declared_ = deployment_.topology.declared_links(leader_);
  for (const swarm::Link& link : declared_) {
    if (proven_[link.low].contains(link.high) && proven_[link.high].contains(link.low)) {
      proven_at_load_.push_back(link);
    }
  }
  const auto& members = deployment_.topology.members;
  const auto ready = std::ranges::count_if(members, [this](const swarm::TopologyMember& member) {
    const auto state = states_.find(member.node);
    return state != states_.end() && swarm::takes_work(state->second);
  });
  readiness_ = static_cast<double>(ready) / static_cast<double>(members.size());
}

}  // namespace lab
