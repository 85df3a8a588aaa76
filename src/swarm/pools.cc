#include "swarm/pools.h"

#include <algorithm>
#include <utility>

namespace swarm {
namespace {

constexpr std::size_t kMaximumMembers = 4096;
constexpr std::size_t kMaximumTextBytes = 1024;

bool sums_up(const Route& route) {
  std::uint64_t sum = 0;
  for (const auto& [pool, weight] : route.weights) {
    sum += weight;
  }
  return sum == kWholeRoute;
}

}  // namespace

PoolId pool_of(const Route& route, TaskId task) {
  // Ids are given in order; mixed, the tasks of any stretch are spread by weight.
  std::uint64_t part = core::mix64(task.value) % kWholeRoute;
  for (const auto& [pool, weight] : route.weights) {
    if (part < weight) {
      return pool;
    }
    part -= weight;
  }
  core::check(false, "the weights of a route sum to the whole");
  return {};
}

std::string_view name_of(AdminRefusal refusal) {
  constexpr std::string_view kNames[] = {"none",
                                         "malformed",
                                         "too many pools or members",
                                         "unknown pool",
                                         "the weights do not sum to 10000",
                                         "stale epoch",
                                         "stale revision",
                                         "stale incarnation",
                                         "in another pool",
                                         "unknown member",
                                         "a voter stays a member",
                                         "the member is busy",
                                         "no place among the links"};
  return kNames[static_cast<std::size_t>(refusal)];
}

Directory::Directory() {
  Pool pool;
  pool.id = kDefaultPool;
  pool.name = "default";
  pools_[pool.id] = pool;
  route_.weights[pool.id] = kWholeRoute;
}

Directory::Directory(std::vector<Pool> pools, Route route, std::vector<MemberEntry> founders,
                     Places places)
    : route_(std::move(route)), places_(std::move(places)) {
  core::check(!pools.empty() && pools.size() <= world::kMaximumPools, "1 to 16 pools");
  for (Pool& pool : pools) {
    core::check(pool.id && !pools_.contains(pool.id), "a pool has an id of its own");
    pools_[pool.id] = std::move(pool);
  }
  core::check(sums_up(route_), "the weights of a route sum to the whole");
  for (const auto& [pool, weight] : route_.weights) {
    core::check(pools_.contains(pool), "a route leads to pools that exist");
  }
  for (MemberEntry& founder : founders) {
    core::check(!founder.pool || pools_.contains(founder.pool), "a member's pool exists");
    members_[founder.node] = std::move(founder);
  }
}

const Pool& Directory::pool(PoolId id) const {
  const auto found = pools_.find(id);
  core::check(found != pools_.end(), "a pool of the deployment");
  return found->second;
}

const MemberEntry* Directory::find(world::NodeId node) const {
  const auto found = members_.find(node);
  return found == members_.end() ? nullptr : &found->second;
}

bool Directory::is_founder(world::NodeId node) const {
  const MemberEntry* member = find(node);
  return member != nullptr && member->founder;
}

bool Directory::may_do(world::NodeId agent, PoolId routed) const {
  const MemberEntry* member = find(agent);
  return member != nullptr && member->status == MemberStatus::kServing && member->pool &&
         (member->pool == routed || member->pool == pool(routed).fallback);
}

// ---- Pools ----

AdminRefusal Directory::refusal(const SetPool& command) const {
  const Pool& wanted = command.pool;
  const auto known = pools_.find(wanted.id);
  if (!wanted.id || wanted.fallback == wanted.id ||
      wanted.name.size() + wanted.version.size() + wanted.spec.size() > kMaximumTextBytes) {
    return AdminRefusal::kMalformed;
  }
  if (wanted.fallback && !pools_.contains(wanted.fallback)) {
    return AdminRefusal::kUnknownPool;
  }
  if (known == pools_.end()) {
    return pools_.size() < world::kMaximumPools ? AdminRefusal::kNone : AdminRefusal::kTooManyPools;
  }
  return wanted.revision > known->second.revision || known->second == wanted
             ? AdminRefusal::kNone
             : AdminRefusal::kStaleRevision;
}

bool Directory::holds(const SetPool& command) const {
  const auto known = pools_.find(command.pool.id);
  return known != pools_.end() && known->second == command.pool;
}

bool Directory::apply(const SetPool& command) {
  if (refusal(command) != AdminRefusal::kNone || holds(command)) {
    return false;
  }
  pools_[command.pool.id] = command.pool;
  return true;
}

// ---- Route ----

AdminRefusal Directory::refusal(const SetRoute& command) const {
  for (const auto& [pool, weight] : command.route.weights) {
    if (!pools_.contains(pool)) {
      return AdminRefusal::kUnknownPool;
    }
  }
  if (!sums_up(command.route)) {
    return AdminRefusal::kWeights;
  }
  return command.route.epoch == route_.epoch + 1 || command.route == route_
             ? AdminRefusal::kNone
             : AdminRefusal::kStaleEpoch;
}

bool Directory::holds(const SetRoute& command) const {
  return command.route == route_;
}

bool Directory::apply(const SetRoute& command) {
  if (refusal(command) != AdminRefusal::kNone || holds(command)) {
    return false;
  }
  route_ = command.route;
  return true;
}

// ---- Members ----

// Who drains still takes up room.
world::NodeId Directory::next_sub_leader() const {
  std::map<world::NodeId, std::uint32_t> below;
  for (const auto& [node, member] : members_) {
    ++below[member.sub_leader];
  }
  const auto fewest = std::ranges::min_element(
      places_.sub_leaders, {}, [&](world::NodeId sub_leader) { return below[sub_leader]; });
  const bool room = fewest != places_.sub_leaders.end() && below[*fewest] < places_.fan_out;
  return room ? *fewest : world::NodeId{};
}

// In a graph only who works has a place.
bool Directory::has_place(const AddMember& command) const {
  if (!places_.limited) {
    return true;
  }
  if (!places_.sub_leaders.empty()) {
    return command.pool && next_sub_leader();
  }
  return std::ranges::any_of(places_.links, [&](const FleetLink& link) {
    return !command.fleet.empty() && (link.fleet == command.fleet || link.other == command.fleet);
  });
}

AdminRefusal Directory::refusal(const AddMember& command) const {
  if (!command.node || !command.incarnation) {
    return AdminRefusal::kMalformed;
  }
  if (command.pool && !pools_.contains(command.pool)) {
    return AdminRefusal::kUnknownPool;
  }
  if (const auto left = left_.find(command.node);
      left != left_.end() && command.incarnation <= left->second) {
    return AdminRefusal::kStaleIncarnation;
  }
  const MemberEntry* known = find(command.node);
  if (known == nullptr) {
    return members_.size() >= kMaximumMembers ? AdminRefusal::kTooManyPools
           : has_place(command)               ? AdminRefusal::kNone
                                              : AdminRefusal::kNoPlace;
  }
  const bool same = command.incarnation == known->incarnation;
  if (command.incarnation < known->incarnation ||
      (same && known->status == MemberStatus::kDraining)) {
    return AdminRefusal::kStaleIncarnation;
  }
  // A store of its own and a place in the topology: a voter or a founder of another boot is not the
  // same member.
  if (known->voter) {
    return AdminRefusal::kVoter;
  }
  return same && command.pool != known->pool ? AdminRefusal::kOtherPool : AdminRefusal::kNone;
}

bool Directory::holds(const AddMember& command) const {
  const MemberEntry* known = find(command.node);
  return known != nullptr && known->incarnation == command.incarnation &&
         known->pool == command.pool && known->status == MemberStatus::kServing;
}

bool Directory::apply(const AddMember& command) {
  if (refusal(command) != AdminRefusal::kNone || holds(command)) {
    return false;
  }
  const world::NodeId sub_leader = next_sub_leader();
  const auto [known, joins] = members_.try_emplace(command.node);
  MemberEntry& entry = known->second;
  if (joins) {
    entry.fleet = command.fleet;
    entry.sub_leader = sub_leader;
  }
  entry.node = command.node;
  entry.pool = command.pool;
  entry.incarnation = command.incarnation;
  entry.capabilities = command.capabilities;
  entry.status = MemberStatus::kServing;
  return true;
}

AdminRefusal Directory::refusal(const RemoveMember& command) const {
  const MemberEntry* known = find(command.node);
  const bool stays = known != nullptr && known->voter &&
                     (!known->pool || known->status == MemberStatus::kDraining);
  return stays ? AdminRefusal::kVoter : AdminRefusal::kNone;
}

bool Directory::holds(const RemoveMember& command) const {
  const MemberEntry* known = find(command.node);
  return known == nullptr || known->incarnation > command.incarnation;
}

bool Directory::apply(const RemoveMember& command) {
  MemberEntry* known = members_.contains(command.node) ? &members_.at(command.node) : nullptr;
  if (known == nullptr || refusal(command) != AdminRefusal::kNone ||
      known->incarnation > command.incarnation || known->status == MemberStatus::kDraining) {
    return false;
  }
  known->status = MemberStatus::kDraining;
  known->incarnation = std::max(known->incarnation, command.incarnation);
  return true;
}

// ---- Voters ----

AdminRefusal Directory::refusal(const SetVoter& command) const {
  const MemberEntry* known = find(command.node);
  if (known == nullptr) {
    return AdminRefusal::kUnknownMember;
  }
  return known->voter == command.votes || command.epoch == voters_epoch_ + 1
             ? AdminRefusal::kNone
             : AdminRefusal::kStaleEpoch;
}

bool Directory::holds(const SetVoter& command) const {
  const MemberEntry* known = find(command.node);
  return known != nullptr && known->voter == command.votes;
}

bool Directory::apply(const std::vector<world::NodeId>& voters) {
  bool changed = false;
  for (auto& [node, member] : members_) {
    const bool votes = std::ranges::find(voters, node) != voters.end();
    changed = changed || member.voter != votes;
    member.voter = votes;
  }
  voters_epoch_ += changed ? 1 : 0;
  return changed;
}

std::vector<world::NodeId> Directory::voters() const {
  std::vector<world::NodeId> voting;
  for (const auto& [node, member] : members_) {
    if (member.voter) {
      voting.push_back(node);
    }
  }
  return voting;
}

bool Directory::apply(const MemberGone& command, bool busy) {
  const auto known = members_.find(command.node);
  if (known == members_.end() || known->second.voter ||
      known->second.incarnation != command.incarnation ||
      known->second.status != MemberStatus::kDraining || (busy && !command.lost)) {
    return false;
  }
  world::Incarnation& left = left_[command.node];
  left = std::max(left, command.incarnation);
  members_.erase(known);
  return true;
}

}  // namespace swarm
