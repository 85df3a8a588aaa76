// Pools, route and members of a running deployment: the part of the ledger that says who may be
// given which task.
//
// A deployment is one group with one or more pools: agents of one version. The route table says
// which share of the tasks goes to which pool, in parts of 10,000; a task's pool follows from the
// hash of its id, so every attempt at a task, and every client that asks again, meets the same
// pool, and a shift of weight moves no more tasks than it must. There is no other splitter. A pool
// without capacity makes its tasks wait and then be shed; they go to another pool only where the
// pool declares one as its fallback.
//
// Agents join and leave while the deployment runs. Only committed commands change any of this, and
// each carries a version of its own (a pool's revision, the route's epoch, a member's incarnation),
// so a command that comes twice or late does no harm. In a graph an agent is given its place when
// its entry is committed (topology.h: Places), so all members, and whoever leads next, agree on it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "swarm/task.h"
#include "swarm/topology.h"
#include "world/telemetry.h"

namespace swarm {

using world::PoolId;

inline constexpr std::uint32_t kWholeRoute = 10'000;
// Where everything is when nobody says otherwise: one pool that takes all tasks.
inline constexpr PoolId kDefaultPool{1};

struct Pool {
  PoolId id;
  std::uint64_t revision = 1;  // counts the changes of a pool; an older one changes nothing
  std::string name;
  std::string version;              // of the program that its agents run
  std::string spec;                 // the sandbox spec of its agents, opaque here
  std::uint32_t size = 0;           // agents wanted; who they are is in the member entries
  std::uint32_t waiting_limit = 0;  // tasks that wait for its agents; beyond it shed. 0: no limit
                                    // of its own
  PoolId fallback;  // takes its tasks while it has no agent that is ready; 0: none, they wait
  MUSTER_FIELDS(Pool, id, revision, name, version, spec, size, waiting_limit, fallback)
};

struct Route {
  std::uint64_t epoch = 1;
  std::map<PoolId, std::uint32_t> weights;  // parts of kWholeRoute; their sum is exactly that
  MUSTER_FIELDS(Route, epoch, weights)
};

// The pool of a task under a route. REQUIRES: the weights sum to kWholeRoute.
[[nodiscard]] PoolId pool_of(const Route& route, TaskId task);

enum class MemberStatus : std::uint8_t {
  kServing,   // may be given tasks
  kDraining,  // is given nothing new; leaves when it has nothing in hand
};
constexpr MemberStatus last_value(MemberStatus) {
  return MemberStatus::kDraining;
}
constexpr std::string_view name_of(MemberStatus status) {
  constexpr std::string_view kNames[] = {"serving", "draining"};
  return kNames[static_cast<std::size_t>(status)];
}

struct MemberEntry {
  world::NodeId node;
  PoolId pool;                     // 0: a coordinator, which never works
  world::Incarnation incarnation;  // the least that is let in: an older boot is stale
  std::set<std::string> capabilities;
  MemberStatus status = MemberStatus::kServing;
  bool founder = false;      // a member of the initial topology, which names its role and links
  bool voter = false;        // in the group's configuration; drains and stays while it votes
  std::string fleet;         // which agents are of its kind: in a custom topology its links follow
  world::NodeId sub_leader;  // in a tree: below whom it works; 0: nobody
  MUSTER_FIELDS(MemberEntry, node, pool, incarnation, capabilities, status, founder, voter, fleet,
                sub_leader)
};

// ---- Commands. The first five are what a controller asks for (admin.h); all but SetVoter are
// entries of the log. ----

// Makes a pool, or changes what it is.
struct SetPool {
  Pool pool;
  MUSTER_FIELDS(SetPool, pool)
};
// Replaces the route table. The epoch must be the current one plus 1.
struct SetRoute {
  Route route;
  MUSTER_FIELDS(SetRoute, route)
};
// Lets a booted agent in, or, with pool 0, a coordinator. An incarnation above the entry's replaces
// the entry: the agent booted anew.
struct AddMember {
  world::NodeId node;
  PoolId pool;
  world::Incarnation incarnation;
  std::set<std::string> capabilities;
  std::string fleet = {};
  MUSTER_FIELDS(AddMember, node, pool, incarnation, capabilities, fleet)
};
// Asked for by a controller: begin to drain, and leave when idle.
struct RemoveMember {
  world::NodeId node;
  world::Incarnation incarnation;  // of the entry; a newer one is not removed
  MUSTER_FIELDS(RemoveMember, node, incarnation)
};
// Gives a member a vote in the group, or takes it away: a change of the group's own configuration
// (raft.h). The epoch must be the current one plus 1, so of two requests that were made of the same
// voters only one is done.
struct SetVoter {
  world::NodeId node;
  bool votes = false;
  std::uint64_t epoch = 0;
  MUSTER_FIELDS(SetVoter, node, votes, epoch)
};
// Proposed by the leader once a draining member has nothing in hand. `lost`: the failure detector
// has given it up, and its tasks were taken back.
struct MemberGone {
  world::NodeId node;
  world::Incarnation incarnation;
  bool lost = false;
  MUSTER_FIELDS(MemberGone, node, incarnation, lost)
};

// Why a command would change nothing.
enum class AdminRefusal : std::uint8_t {
  kNone,
  kMalformed,         // an id is missing or a name is too long
  kTooManyPools,      // kMaximumPools, or too many members
  kUnknownPool,       // a route, member or fallback names a pool that does not exist
  kWeights,           // they do not sum to kWholeRoute
  kStaleEpoch,        // not the epoch after the current one, of the route or of the voters
  kStaleRevision,     // the pool has a newer revision, or the same with another content
  kStaleIncarnation,  // the member, or one that left, has a newer incarnation
  kOtherPool,         // the same incarnation of the member is in another pool
  kUnknownMember,
  kVoter,       // a voter is given nothing new, if it works at all, but stays a member
  kMemberBusy,  // it has a task in hand
  kNoPlace      // in the tree: ask again when somebody has left; or nothing is declared for its
                // fleet
};
constexpr AdminRefusal last_value(AdminRefusal) {
  return AdminRefusal::kNoPlace;
}
[[nodiscard]] std::string_view name_of(AdminRefusal refusal);

// The deployment as it is founded, equal on all members, also on those that join later.
struct Founding {
  std::vector<Pool> pools;                  // none: one default pool that takes all tasks
  Route route;                              // without weights: the first pool takes all tasks
  std::map<world::NodeId, PoolId> pool_of;  // of agents; one that is not listed is in the first
                                            // pool
  MUSTER_FIELDS(Founding, pools, route, pool_of)
};

// The replicated state. A regular value; every change comes from a committed command.
class Directory {
 public:
  // One default pool with everything and no members.
  Directory();
  // REQUIRES: weights sum to kWholeRoute, every pool named exists, at most kMaximumPools.
  Directory(std::vector<Pool> pools, Route route, std::vector<MemberEntry> founders,
            Places places = {});

  // What stands against a command; kNone: it changes something, or is already so.
  [[nodiscard]] AdminRefusal refusal(const SetPool& command) const;
  [[nodiscard]] AdminRefusal refusal(const SetRoute& command) const;
  [[nodiscard]] AdminRefusal refusal(const AddMember& command) const;
  [[nodiscard]] AdminRefusal refusal(const RemoveMember& command) const;
  [[nodiscard]] AdminRefusal refusal(const SetVoter& command) const;
  // What the command asks for is so.
  [[nodiscard]] bool holds(const SetPool& command) const;
  [[nodiscard]] bool holds(const SetRoute& command) const;
  [[nodiscard]] bool holds(const AddMember& command) const;
  // The member is gone.
  [[nodiscard]] bool holds(const RemoveMember& command) const;
  [[nodiscard]] bool holds(const SetVoter& command) const;

  // True when the command changed something. RemoveMember makes the member drain.
  bool apply(const SetPool& command);
  bool apply(const SetRoute& command);
  bool apply(const AddMember& command);
  bool apply(const RemoveMember& command);
  // `busy`: the ledger knows of a task in its hands, so only a lost one may go.
  bool apply(const MemberGone& command, bool busy);
  // These vote according to a committed configuration.
  bool apply(const std::vector<world::NodeId>& voters);

  [[nodiscard]] const std::map<PoolId, Pool>& pools() const { return pools_; }
  [[nodiscard]] const Route& route() const { return route_; }
  [[nodiscard]] const std::map<world::NodeId, MemberEntry>& members() const { return members_; }
  [[nodiscard]] const MemberEntry* find(world::NodeId node) const;  // null: no member
  [[nodiscard]] std::vector<world::NodeId> voters() const;          // ascending
  // Counts the changes of who votes; 1: as founded.
  [[nodiscard]] std::uint64_t voters_epoch() const { return voters_epoch_; }
  [[nodiscard]] bool is_founder(world::NodeId node) const;  // and has not left
  [[nodiscard]] PoolId pool_of(TaskId task) const { return swarm::pool_of(route_, task); }
  [[nodiscard]] const Pool& pool(PoolId id) const;  // REQUIRES: it exists

  // Whether a task that the route gives to `routed` may be done by `agent`: it serves, in that pool
  // or in the pool's declared fallback.
  [[nodiscard]] bool may_do(world::NodeId agent, PoolId routed) const;

 private:
  // Below whom the next agent works. 0: no sub-leader has room, or there is none.
  [[nodiscard]] world::NodeId next_sub_leader() const;
  [[nodiscard]] bool has_place(const AddMember& command) const;

  std::map<PoolId, Pool> pools_;
  Route route_;
  std::map<world::NodeId, MemberEntry> members_;
  std::map<world::NodeId, world::Incarnation> left_;  // the newest incarnation that left
  std::uint64_t voters_epoch_ = 1;
  Places places_;

 public:
  MUSTER_FIELDS(Directory, pools_, route_, members_, left_, voters_epoch_, places_)
};

}  // namespace swarm
