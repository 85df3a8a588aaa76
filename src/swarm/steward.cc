#include "swarm/steward.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace swarm {
namespace {

// What there is to say now; nothing while it is under way.
std::optional<std::pair<AdminVerdict, AdminRefusal>> verdict_on(const Directory& directory,
                                                                const AdminAction& action) {
  return std::visit(
      [&](const auto& command) -> std::optional<std::pair<AdminVerdict, AdminRefusal>> {
        if (directory.holds(command)) {
          return std::pair(AdminVerdict::kDone, AdminRefusal::kNone);
        }
        if (const AdminRefusal refusal = directory.refusal(command);
            refusal != AdminRefusal::kNone) {
          return std::pair(AdminVerdict::kRefused, refusal);
        }
        return std::nullopt;
      },
      action);
}

bool propose(Desk& desk, const Command& command) {
  return desk.propose(command);
}

// Refused while another change is under way or a member has not caught up: it is asked for again.
bool propose(Desk& desk, const SetVoter& wanted) {
  const auto change = wanted.votes ? MembershipChange::kPromote : MembershipChange::kDemote;
  return desk.raft.change_membership(change, wanted.node, desk.context, desk.effects).has_value();
}

}  // namespace

void Steward::answer(Desk& desk, world::NodeId to, AdminToken token, AdminVerdict verdict,
                     AdminRefusal refusal) const {
  desk.post(to,
            AdminAnswer{token, verdict, refusal, desk.context.self,
                        desk.ledger.directory().route().epoch},
            desk.raft.term());
}

void Steward::requested(Desk& desk, const AdminRequest& request, world::NodeId from) {
  if (const auto verdict = verdict_on(desk.ledger.directory(), request.action)) {
    return answer(desk, from, request.token, verdict->first, verdict->second);
  }
  const bool known = std::erase_if(pending_, [&](const auto& pending) {
                       return pending.first.first == from && pending.second == request.action;
                     }) > 0;
  const bool proposed =
      known ||
      (pending_.size() < kPendingLimit &&
       std::visit([&](const auto& command) { return propose(desk, command); }, request.action));
  if (proposed) {
    pending_[{from, request.token}] = request.action;
  }
  answer(desk, from, request.token, AdminVerdict::kUnderWay);
}

void Steward::tend(Desk& desk, const std::function<MemberView(const MemberEntry&)>& look) {
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (const auto verdict = verdict_on(desk.ledger.directory(), it->second)) {
      answer(desk, it->first.first, it->first.second, verdict->first, verdict->second);
      it = pending_.erase(it);
    } else {
      ++it;
    }
  }
  if (!drained_) {
    release_idle(desk, look);
  }
  if (!aligned_) {
    align(desk);
  }
}

// The ledger has the last word: it refuses while it knows of a task in the member's hands.
void Steward::release_idle(Desk& desk, const std::function<MemberView(const MemberEntry&)>& look) {
  std::erase_if(going_, [&](const auto& entry) {
    return desk.raft.applied_index() >= entry.second;  // it had no effect, or the member is gone
  });
  std::vector<MemberGone> leaving;
  drained_ = true;
  for (const auto& [node, member] : desk.ledger.directory().members()) {
    if (member.status != MemberStatus::kDraining || member.voter) {
      continue;
    }
    drained_ = false;
    if (going_.contains(node)) {
      continue;
    }
    const MemberView view = look(member);
    if (view.lost || (view.idle && desk.ledger.in_hand(node) == 0)) {
      leaving.push_back({node, member.incarnation, view.lost});
    }
  }
  for (const MemberGone& gone : leaving) {
    if (desk.propose(gone)) {
      going_[gone.node] = desk.raft.last_index();
    }
  }
}

// One change at a time, as the group's membership allows (raft.h); the rest waits for the next
// step.
void Steward::align(Desk& desk) {
  const auto& members = desk.ledger.directory().members();
  const Configuration& group = desk.raft.configuration();
  if (!desk.raft.is_configuration_committed()) {
    return;
  }
  for (const world::NodeId learner : group.learners) {
    if (!members.contains(learner)) {
      (void)desk.raft.change_membership(MembershipChange::kRemove, learner, desk.context,
                                        desk.effects);
      return;
    }
  }
  for (const auto& [node, member] : members) {
    if (!group.contains(node)) {
      (void)desk.raft.change_membership(MembershipChange::kAddLearner, node, desk.context,
                                        desk.effects);
      return;
    }
  }
  aligned_ = true;
}

}  // namespace swarm
