// A member as a stage of a ring, and its leader's care for the ring.
#include <algorithm>

#include "swarm/member.h"

namespace swarm {
namespace {

constexpr world::TimerId kStitchTimer = kStitchTimers.timer(1);
constexpr core::Duration kStitchLook = core::milliseconds(50);

}  // namespace

std::optional<std::size_t> Member::stage() const {
  return pipeline_ ? pipeline_->stage(config_.self) : std::nullopt;
}

const Item* Member::stage_item(TaskId task) const {
  return pipeline_ ? pipeline_->in_work(task) : nullptr;
}

void Member::stage_worked(TaskId task, core::Bytes payload, std::optional<bool> approved,
                          world::Context& context, world::Effects& effects) {
  Desk shared = desk(context, effects);
  pipeline_->worked(shared, task, std::move(payload), approved);
  finish_step(context, effects);
}

void Member::feed_back(core::Bytes payload, world::Context& context, world::Effects& effects) {
  Desk shared = desk(context, effects);
  pipeline_->feed_back(shared, std::move(payload));
  finish_step(context, effects);
}

void Member::handle_ring_message(const world::Message& message, Desk& desk) {
  if (!pipeline_) {
    return;
  }
  if (message.type != LinkBroken::kType) {
    pipeline_->receive(desk, message);
  } else if (const auto broken = world::payload<LinkBroken>(message)) {
    const std::vector<world::NodeId> before = pipeline_->ring().before(broken->peer);
    if (!broken->broken) {
      cut_off_[broken->peer].erase(message.from);
    } else if (std::ranges::find(before, message.from) != before.end()) {
      // Whoever cannot reach a stage says so after every failed probe: who is silent for two rounds
      // has begun anew, and knows nothing of it.
      const BreakerConfig& breaker = config_.pipeline.breaker;
      cut_off_[broken->peer][message.from] =
          desk.context.now + 2 * (breaker.open_for + breaker.deadline);
    }
  }
}

// What was said of a link that is no more says nothing of the one that may take its place.
void Member::forget_ended_links(const Ring& ring) {
  for (auto& [peer, reporters] : cut_off_) {
    const std::vector<world::NodeId> before = ring.before(peer);
    std::erase_if(reporters, [&](const auto& report) {
      return std::ranges::find(before, report.first) == before.end();
    });
  }
}

// In a ring an assignment is for the entry: work on it, or renewed authority for what is still
// here.
void Member::assigned(const Assignment& assignment, Desk& desk) {
  const TaskId task = assignment.authority.task;
  const bool fresh = worker_.assigned(desk, assignment);
  if (!pipeline_) {
    if (fresh) {
      reporter_.began(assignment.task, desk.context.now);
      requests_.emplace_back(WorkWanted{task});
    }
    return;
  }
  const Assignment* held = worker_.in_hand(task);
  if (held != nullptr && held->authority == assignment.authority &&
      !pipeline_->enter(desk, assignment) && fresh) {
    worker_.ended(desk, task, AttemptEnd::kAborted, {});
  }
}

void Member::ring_timer(world::TimerId timer, Desk& desk) {
  if (Pipeline::owns(timer)) {
    pipeline_->timer(desk, timer);
  } else {
    care_for_ring(desk);
  }
}

// What the pipeline's last steps came to; putting arrivals on record may raise more.
void Member::serve_pipeline(Desk& desk) {
  for (const Assignment& arrival : pipeline_->take_arrived()) {
    const bool begins = worker_.assigned(desk, arrival);
    pipeline_->arrived(desk, arrival.authority.task, arrival.authority.attempt, begins);
  }
  for (const TaskId task : pipeline_->take_passed()) {
    worker_.passed_on(task);
  }
  for (const TaskId task : pipeline_->take_wanted()) {
    requests_.emplace_back(StageWanted{task});
  }
  for (Pipeline::Turn& turn : pipeline_->take_turns()) {
    requests_.emplace_back(
        TurnWanted{turn.task, std::move(turn.payload), turn.approved, turn.stamp_good});
  }
  for (core::Bytes& payload : pipeline_->take_feedback()) {
    requests_.emplace_back(FeedbackHeard{std::move(payload)});
  }
  for (const LinkBroken& broken : pipeline_->take_broken()) {
    report_broken(broken, desk);
  }
}

void Member::report_broken(const LinkBroken& broken, Desk& desk) {
  if (const world::NodeId leader = raft_.leader()) {
    desk.post(leader, broken, raft_.term());
  }
}

void Member::follow_ring(Desk& desk) {
  if (!pipeline_ || !ledger_.ring() || ledger_.ring()->epoch <= pipeline_->ring().epoch) {
    return;
  }
  const Ring& ring = *ledger_.ring();
  forget_ended_links(ring);
  topology_ = topology_.stitched(ring);
  links_.declare(topology_.peers(config_.self, raft_.leader()), desk.context, desk.effects);
  pipeline_->stitch(desk, ring);
  if (coordinator_.leading()) {
    const std::vector<world::NodeId> workers = topology_.workers(config_.self);
    std::map<world::NodeId, std::pair<bool, bool>> availability;
    for (const world::NodeId agent : workers) {
      availability[agent] = availability_[agent];
    }
    availability_ = std::move(availability);
    coordinator_.follow_ring(desk, workers, ring.stopped);
  }
}

void Member::care_for_ring(Desk& desk) {
  if (!coordinator_.leading()) {
    return;
  }
  desk.effects.set_timer(kStitchTimer, kStitchLook);
  const Ring& ring = pipeline_->ring();
  std::map<world::NodeId, StageHealth> known;
  for (const TopologyMember& member : topology_.members) {
    StageHealth& health = known[member.node];
    if (member.node == config_.self) {
      health.ready = takes_work(state_);
    } else {
      health.suspected = swim_ ? swim_->suspected(member.node) : detector_.suspected(member.node);
      health.ready =
          links_.proven(member.node) && (swim_ || takes_work(detector_.observed(member.node)));
    }
    const auto reported = cut_off_.find(member.node);
    const std::vector<world::NodeId> before = ring.before(member.node);
    health.cut_off = reported != cut_off_.end() && !before.empty() &&
                     std::ranges::all_of(before, [&](world::NodeId node) {
                       const auto report = reported->second.find(node);
                       return report != reported->second.end() && desk.context.now < report->second;
                     });
    const auto declared = config_.topology.capabilities.find(member.node);
    if (declared != config_.topology.capabilities.end()) {
      health.capabilities = declared->second;
    }
  }
  if (auto next = stitcher_.decide(desk.context.now, config_.topology.stages, ring, known)) {
    static_cast<void>(desk.propose(Stitch{std::move(*next)}));
  }
}

}  // namespace swarm
