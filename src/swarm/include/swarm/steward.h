// The leader's side of a controller's requests: puts them into the ledger, answers when they are in
// force, lets members that drain go when they are idle, and keeps the group's learners equal to its
// members.
//
// Level-triggered: what is to be done follows from the ledger and the requests not yet answered, so
// nothing is lost with a leader but the answers, and a controller asks again. Idle on every other
// member.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <utility>

#include "swarm/admin.h"
#include "swarm/desk.h"

namespace swarm {

// What the leader knows of a member besides what the ledger says.
struct MemberView {
  bool idle = false;  // says itself that it has nothing in hand
  bool lost = false;  // the failure detector suspects it
};

class Steward {
 public:
  // A request of the controller. REQUIRES: this member leads.
  void requested(Desk& desk, const AdminRequest& request, world::NodeId from);
  // Once a step while leading, after committed commands were applied. `look` tells of one member;
  // it is asked only of members that drain.
  void tend(Desk& desk, const std::function<MemberView(const MemberEntry&)>& look);
  // Something committed concerns members.
  void members_changed() {
    aligned_ = false;
    drained_ = false;
  }
  // The member no longer leads.
  void stop() { *this = {}; }

 private:
  // A controller that asks for the same under another token is answered under that one. More
  // requests than this at a time are not remembered; they are answered when repeated.
  static constexpr std::size_t kPendingLimit = 64;

  void answer(Desk& desk, world::NodeId to, AdminToken token, AdminVerdict verdict,
              AdminRefusal refusal = AdminRefusal::kNone) const;
  void release_idle(Desk& desk, const std::function<MemberView(const MemberEntry&)>& look);
  void align(Desk& desk);

  std::map<std::pair<world::NodeId, AdminToken>, AdminAction> pending_;
  std::map<world::NodeId, Index> going_;  // MemberGone is proposed, at least at this index
  bool aligned_ = false;                  // the group's learners are the members
  bool drained_ = false;                  // no member drains that could go

 public:
  MUSTER_FIELDS(Steward, pending_, going_, aligned_, drained_)
};

}  // namespace swarm
