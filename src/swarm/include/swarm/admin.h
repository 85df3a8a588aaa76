// What a controller says to the leader of a running deployment, and what it is answered.
//
// A controller sends to any voter; one that does not lead answers kNotLeader and names the leader
// when it knows one. Every action carries a version of its own (pools.h), so a request that is
// repeated, doubled or late changes nothing the second time: a controller repeats it, with the same
// token, until the answer is kDone or kRefused. The token only pairs answers with requests. A
// member answers only the controller that its configuration names and drops everybody else's
// requests.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "swarm/agent_state.h"
#include "swarm/pools.h"
#include "world/message.h"

namespace swarm {

using AdminToken = core::Id<struct AdminTokenTag, std::uint64_t>;

using AdminAction = std::variant<SetPool, SetRoute, AddMember, RemoveMember, SetVoter>;

struct AdminRequest {
  static constexpr world::MessageType kType = 0x0251;
  AdminToken token;
  AdminAction action;
  MUSTER_FIELDS(AdminRequest, token, action)
};

enum class AdminVerdict : std::uint8_t {
  kDone,       // committed and in force; of RemoveMember: the member is gone, end its sandbox
  kUnderWay,   // proposed, or draining: ask again
  kNotLeader,  // ask `leader`; 0: none is known
  kRefused,    // will not be done, see `refusal`
};
constexpr AdminVerdict last_value(AdminVerdict) {
  return AdminVerdict::kRefused;
}
constexpr std::string_view name_of(AdminVerdict verdict) {
  constexpr std::string_view kNames[] = {"done", "under way", "not the leader", "refused"};
  return kNames[static_cast<std::size_t>(verdict)];
}

// The leader answers at once, and once more, unasked, when what was under way is done.
struct AdminAnswer {
  static constexpr world::MessageType kType = 0x0252;
  AdminToken token;
  AdminVerdict verdict = AdminVerdict::kNotLeader;
  AdminRefusal refusal = AdminRefusal::kNone;
  world::NodeId leader;
  std::uint64_t route_epoch = 0;  // the committed one, as this member knows it
  MUSTER_FIELDS(AdminAnswer, token, verdict, refusal, leader, route_epoch)
};

struct StatusQuery {
  static constexpr world::MessageType kType = 0x0253;
  AdminToken token;
  MUSTER_FIELDS(StatusQuery, token)
};

// Shares are of the assignments committed in the last kShareWindow, in parts of kWholeRoute.
inline constexpr core::Duration kShareWindow = core::seconds(10);

struct PoolStatus {
  Pool pool;
  std::uint32_t weight = 0;     // in the route table
  std::uint32_t waiting = 0;    // tasks that wait for one of its agents
  std::uint32_t in_flight = 0;  // tasks that its agents have
  std::uint32_t share = 0;      // of the data plane: what its agents were given, whatever the route
  core::Duration unused_for{};  // nothing assigned and nothing in flight, since this leader leads
  MUSTER_FIELDS(PoolStatus, pool, weight, waiting, in_flight, share, unused_for)
};

struct MemberStatusReport {
  MemberEntry entry;
  AgentState state = AgentState::kInitialising;  // as the leader observes it
  bool linked = false;                           // the link is proven
  bool suspected = false;
  bool caught_up = false;  // holds the group's log, but for what one append takes
  std::uint32_t in_flight = 0;
  MUSTER_FIELDS(MemberStatusReport, entry, state, linked, suspected, caught_up, in_flight)
};

// From a leader; any other member leaves the lists empty and names the leader.
struct StatusAnswer {
  static constexpr world::MessageType kType = 0x0254;
  AdminToken token;
  bool leads = false;  // and assigns: its environment is fenced
  world::NodeId leader;
  std::uint64_t term = 0;
  Route route;
  std::uint64_t voters_epoch = 0;
  bool regrouping = false;        // a change of the group's configuration is not committed
  std::vector<PoolStatus> pools;  // ascending
  std::vector<MemberStatusReport> members;  // ascending; coordinators too, with pool 0
  MUSTER_FIELDS(StatusAnswer, token, leads, leader, term, route, voters_epoch, regrouping, pools,
                members)
};

}  // namespace swarm
