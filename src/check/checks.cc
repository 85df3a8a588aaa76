#include "check/checks.h"

#include <algorithm>

#include "boundaries.h"
#include "consensus.h"
#include "fencing.h"
#include "liveness.h"
#include "market_view.h"
#include "money.h"
#include "orders.h"
#include "pipes.h"
#include "reference_book.h"
#include "risk_limits.h"
#include "routes.h"
#include "tasks.h"

namespace check {

// Decodes each record once and hands it to everybody whom it concerns.
struct Checks::Parts {
  explicit Parts(CheckConfig given)
      : config(std::move(given)),
        consensus(config.topology.voters()),
        boundaries(config),
        routes(config),
        liveness(config),
        pipes(config) {
    let_execute(swarm::ring_of(config.topology.stages));
  }

  void let_execute(const swarm::Ring& ring) {
    if (!ring.stages.empty()) {
      for (const world::NodeId node : ring.stages.back()) {
        fencing.executes(node);
      }
    }
  }

  CheckConfig config;
  MarketView view;
  Money money;
  Orders orders;
  Limits limits;
  ReferenceBook book;
  Consensus consensus;
  Fencing fencing;
  Tasks tasks;
  Boundaries boundaries;
  Routes routes;
  Liveness liveness;
  Pipes pipes;
  market::JournalPosition last_position;

  // True when the entry was of this kind.
  template <class Record>
  bool take(const world::TraceEntry& entry) {
    const auto record = world::as<Record>(entry);
    if (record) {
      on({entry.at, entry.node}, *record);
    }
    return record.has_value();
  }
  template <class... Records>
  bool take_any(const world::TraceEntry& entry) {
    return (take<Records>(entry) || ...);
  }
  // Likewise of the venue's records; those that a restarted venue repeats are skipped.
  template <class Record>
  bool take_venue(const world::TraceEntry& entry) {
    const auto record = world::as<Record>(entry);
    if (record && (record->position.journal == 0 || record->position > last_position)) {
      last_position = std::max(last_position, record->position);
      on({entry.at, entry.node}, record->event);
    }
    return record.has_value();
  }
  template <class... Records>
  bool take_any_venue(const world::TraceEntry& entry) {
    return (take_venue<Records>(entry) || ...);
  }

  void receive(const world::TraceEntry& entry);

  // ---- Drivers ----
  void on(const Moment& moment, const world::NodeBooted&) {
    routes.booted(moment);
    consensus.booted(moment.who);
    tasks.booted(moment.who);
    liveness.halted(moment);
  }
  void on(const Moment& moment, const world::NodeHalted& record) {
    routes.halted(moment, record);
    consensus.halted(moment);
    pipes.halted(moment.who);
    liveness.halted(moment);
  }
  void on(const Moment& moment, const world::FaultStarted& record) { liveness.on(moment, record); }
  void on(const Moment& moment, const world::FaultEnded& record) { liveness.on(moment, record); }

  // ---- Venue ----
  void on(const Moment& moment, const market::VenueOpened& record) {
    view.open(record.configuration);
    money.on(moment, record, view);
  }
  void on(const Moment& moment, const market::VenueRecovered& record) { money.on(moment, record); }
  void on(const Moment& moment, const market::BalanceStatement& record) {
    money.on(moment, record, view);
  }
  void on(const Moment& moment, const market::Accepted& event) {
    orders.on(moment, event);
    limits.on(moment, event, view);
    book.on(moment, event);
    fencing.on(moment, event);
    pipes.on(moment, event);
    view.apply(event);
  }
  void on(const Moment& moment, const market::Quoted& event) {
    orders.on(moment, event);
    book.on(moment, event);
    view.apply(event);
  }
  void on(const Moment& moment, const market::Filled& event) {
    money.on(moment, event, view);
    orders.on(moment, event, view);
    book.on(moment, event);
    view.apply(event);
    limits.after(moment, event, view);
  }
  void on(const Moment& moment, const market::Cancelled& event) {
    orders.on(moment, event, view);
    book.on(moment, event);
    view.apply(event);
  }
  void on(const Moment& moment, const market::Replaced& event) {
    orders.on(moment, event, view);
    limits.on(moment, event, view);
    book.on(moment, event);
    view.apply(event);
  }
  void on(const Moment& moment, const market::Rejected& event) { fencing.on(moment, event); }
  void on(const Moment& moment, const market::Repeated& event) { fencing.on(moment, event); }
  void on(const Moment& moment, const market::Fenced& event) { fencing.on(moment, event); }
  void on(const Moment&, const market::TasksClosed& event) { fencing.on(event); }
  void on(const Moment&, const market::Marked& event) { view.apply(event); }

  // ---- Raft ----
  template <class Record>
  requires requires(Consensus& part, const Moment& moment, const Record& record) {
    part.on(moment, record);
  }
  void on(const Moment& moment, const Record& record) { consensus.on(moment, record); }
  void on(const Moment& moment, const swarm::Committed& record) {
    consensus.on(moment, record);
    liveness.on(moment, record);
  }
  void on(const Moment& moment, const swarm::BecameLeader& record) {
    consensus.on(moment, record);
    fencing.on(moment, record);
    boundaries.on(moment, record);
    liveness.on(moment, record);
  }
  void on(const Moment& moment, const swarm::SteppedDown& record) {
    consensus.on(moment, record);
    liveness.on(moment, record);
  }
  void on(const Moment& moment, const swarm::ConfigurationChanged& record) {
    consensus.on(moment, record);
    boundaries.on(record);
    liveness.on(record);
  }
  void on(const Moment& moment, const swarm::ElectionStarted& record) {
    liveness.on(moment, record);
  }

  // ---- Ring ----
  template <class Record>
  requires requires(Pipes& part, const Moment& moment, const Record& record) {
    part.on(moment, record);
  }
  void on(const Moment& moment, const Record& record) { pipes.on(moment, record); }
  void on(const Moment& moment, const swarm::RingChanged& record) {
    pipes.on(moment, record);
    boundaries.on(moment, record);
    let_execute(record.ring);
  }

  // ---- Swarm ----
  void on(const Moment& moment, const swarm::LeaderReady& record) {
    fencing.on(moment, record);
    liveness.on(moment, record);
  }
  void on(const Moment& moment, const swarm::TaskAssigned& record) {
    fencing.on(moment, record);
    routes.on(moment, record);
  }
  void on(const Moment&, const swarm::TaskTakenBack& record) { routes.on(record); }
  void on(const Moment& moment, const swarm::AttemptStarted& record) { routes.on(moment, record); }
  void on(const Moment& moment, const swarm::AttemptReported& record) { routes.on(moment, record); }
  void on(const Moment& moment, const swarm::PoolChanged& record) { routes.on(moment, record); }
  void on(const Moment& moment, const swarm::RouteChanged& record) { routes.on(moment, record); }
  void on(const Moment& moment, const swarm::MemberJoined& record) {
    routes.on(moment, record);
    boundaries.on(moment, record);
    liveness.on(record);
  }
  void on(const Moment& moment, const swarm::MemberDraining& record) { routes.on(moment, record); }
  void on(const Moment& moment, const swarm::MemberLeft& record) {
    routes.on(moment, record);
    boundaries.on(record);
  }
  void on(const Moment& moment, const swarm::AssignmentReceived& record) {
    fencing.on(moment, record);
  }
  void on(const Moment& moment, const swarm::TaskAccepted& record) { tasks.on(moment, record); }
  void on(const Moment& moment, const swarm::TaskFinished& record) { tasks.on(moment, record); }
  void on(const Moment&, const swarm::TaskShed& record) { tasks.on(record); }
  void on(const Moment&, const swarm::TaskOffered& record) { tasks.on(record); }
  void on(const Moment&, const swarm::TaskGivenUp& record) { tasks.on(record); }
  void on(const Moment& moment, const swarm::TaskAnswered& record) { tasks.on(moment, record); }
  void on(const Moment& moment, const swarm::TaskContradicted& record) { tasks.on(moment, record); }
  void on(const Moment& moment, const swarm::LinkProven& record) { boundaries.on(moment, record); }
  void on(const Moment& moment, const swarm::JointDecided& record) {
    boundaries.on(moment, record);
  }
  void on(const Moment& moment, const swarm::JointUndecided& record) {
    boundaries.on(moment, record);
  }
};

void Checks::Parts::receive(const world::TraceEntry& entry) {
  switch (entry.record.kind >> 8U) {
    case 0x00:
      take_any<world::NodeBooted, world::NodeHalted, world::FaultStarted, world::FaultEnded>(entry);
      return;
    case 0x01:
      take_any<swarm::EntryDurable, swarm::CommitLearned, swarm::Committed, swarm::Recovered,
               swarm::ConfigurationChanged, swarm::VoteDurable, swarm::BecameLeader,
               swarm::LogTruncated, swarm::SnapshotDurable, swarm::SteppedDown,
               swarm::ElectionStarted>(entry);
      return;
    case 0x02:
      take_any<swarm::TaskFinished, swarm::TaskAccepted, swarm::TaskAssigned,
               swarm::AssignmentReceived, swarm::AttemptStarted, swarm::AttemptReported,
               swarm::TaskTakenBack, swarm::TaskShed, swarm::LeaderReady, swarm::LinkProven,
               swarm::JointDecided, swarm::JointUndecided, swarm::PoolChanged, swarm::RouteChanged,
               swarm::MemberJoined, swarm::MemberDraining, swarm::MemberLeft, swarm::ItemSent,
               swarm::ItemTaken, swarm::CreditReturned, swarm::ItemStamped, swarm::ItemExecuted,
               swarm::BreakerChanged, swarm::BreakerProbed, swarm::PipelineLinkEnded,
               swarm::RingChanged>(entry);
      return;
    case 0x03:
      if (!take_any<market::VenueOpened, market::VenueRecovered, market::BalanceStatement>(entry)) {
        take_any_venue<market::QuotedTrace, market::MarkedTrace, market::OrderAcceptedTrace,
                       market::FilledTrace, market::OrderCancelledTrace, market::OrderReplacedTrace,
                       market::OrderRejectedTrace, market::OrderRepeatedTrace, market::FencedTrace,
                       market::TasksClosedTrace>(entry);
      }
      return;
    case 0x04:
      take_any<swarm::TaskOffered, swarm::TaskAnswered, swarm::TaskContradicted,
               swarm::TaskGivenUp>(entry);
      return;
    default:
      return;
  }
}

Checks::Checks(CheckConfig config) : parts_(std::make_unique<Parts>(std::move(config))) {}
Checks::~Checks() = default;

void Checks::receive(const world::TraceEntry& entry) {
  parts_->receive(entry);
}

void Checks::finish(const FinalState& state) {
  Parts& parts = *parts_;
  const bool venue = state.complete && parts.config.venue;
  parts.money.finish(venue);
  parts.orders.finish();
  parts.limits.finish();
  parts.book.finish({state.ended, {}});
  parts.consensus.finish(state);
  parts.fencing.finish(venue && !parts.config.topology.members.empty());
  parts.tasks.finish(state, parts.liveness.due(state));
  parts.boundaries.finish(state);
  parts.routes.finish(state, parts.liveness.due(state));
  parts.liveness.finish(state, parts.tasks.abandoned());
  parts.pipes.finish(state, parts.liveness.due(state));
}

std::vector<Invariant> Checks::results() const {
  std::vector<Invariant> results;
  parts_->money.append_to(results);
  parts_->orders.append_to(results);
  parts_->limits.append_to(results);
  parts_->book.append_to(results);
  parts_->consensus.append_to(results);
  parts_->fencing.append_to(results);
  parts_->tasks.append_to(results);
  parts_->boundaries.append_to(results);
  parts_->routes.append_to(results);
  parts_->liveness.append_to(results);
  parts_->pipes.append_to(results);
  return results;
}

}  // namespace check
