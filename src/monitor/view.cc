#include "monitor/view.h"

#include <algorithm>

namespace monitor {
namespace {

constexpr core::Duration kLongestCover = core::hours(1);

// Counters since the last sample, of what the buckets count one by one.
template <class Counters>
Tally tally_of(const Counters& counters, core::Duration covers) {
  Tally tally;
  tally.covers = covers;
  tally.done = counters.done;
  tally.failed = counters.failed;
  for (std::size_t bucket = 0; bucket < tally.latency.size(); ++bucket) {
    tally.latency[bucket] = counters.latency[bucket];
  }
  return tally;
}

Work work_of(const world::Sample& sample) {
  Work work;
  work.covers = sample.covers;
  work.busy_time = std::clamp(sample.busy_time, core::Duration{}, sample.covers);
  work.task_time = std::max(sample.task_time, core::Duration{});
  work.permille_time = sample.covers.count() * std::min<std::int64_t>(sample.cpu_permille, 1000);
  work.attempts = std::uint64_t{sample.done} + sample.failed;
  return work;
}

std::optional<core::Duration> least(std::optional<core::Duration> a,
                                    std::optional<core::Duration> b) {
  if (!a || !b) {
    return a ? a : b;
  }
  return std::min(*a, *b);
}

void count(const MemberView& member, GroupView& group) {
  group.age = least(group.age, member.age);
  const bool silent = member.presence == Presence::kStale || member.presence == Presence::kEnded;
  group.away += silent && member.age && !member.dismissed ? 1U : 0U;
  if (member.presence == Presence::kEnded) {
    return;
  }
  ++group.members;
  if (member.now) {
    ++group.reporting;
    const world::AgentState state = member.now->state;
    if (state == world::AgentState::kReady || state == world::AgentState::kBusy) {
      ++group.ready;
    }
    if (state == world::AgentState::kInitialising) {
      ++group.initialising;
    }
  }
}

}  // namespace

const MemberView* View::member(world::NodeId node) const {
  const auto found = std::lower_bound(
      members.begin(), members.end(), node,
      [](const MemberView& member, world::NodeId wanted) { return member.node < wanted; });
  return found != members.end() && found->node == node ? &*found : nullptr;
}

Monitor::Monitor(MonitorConfig config) : config_(config) {
  core::check(config_.stale_after > core::Duration{}, "telemetry is fresh for some time");
}

void Monitor::expect(world::NodeId node, world::PoolId pool, core::Time now) {
  if (!began_) {
    began_ = now;
  }
  forgotten_.erase(node);
  const auto [place, added] = members_.try_emplace(node);
  place->second.pool = pool;
  if (added) {
    place->second.known_since = now;
  }
}

void Monitor::ended(world::NodeId node, std::optional<world::Incarnation> incarnation) {
  const auto place = members_.find(node);
  if (place != members_.end()) {
    Member& member = place->second;
    const auto newest = std::max(member.newest.incarnation, world::Incarnation(1));
    member.ended = std::max(member.ended, incarnation.value_or(newest));
  }
}

void Monitor::dismiss(world::NodeId node) {
  const auto place = members_.find(node);
  if (place != members_.end()) {
    place->second.dismissed = true;
  }
}

void Monitor::forget(world::NodeId node) {
  members_.erase(node);
  forgotten_.insert(node);
}

Folded Monitor::fold(world::NodeId from, const world::Sample& sample, core::Time now) {
  if (sample.node != from || sample.covers <= core::Duration{} || sample.covers > kLongestCover) {
    return Folded::kRefused;
  }
  if (sample.leader &&
      (sample.leader->covers < core::Duration{} || sample.leader->covers > sample.covers)) {
    return Folded::kRefused;
  }
  if (forgotten_.contains(from)) {
    return Folded::kOutdated;
  }
  if (!members_.contains(from)) {
    expect(from, sample.pool, now);
  }
  Member& member = members_.at(from);
  if (member.heard) {
    if (sample.incarnation < member.newest.incarnation) {
      return Folded::kOutdated;
    }
    if (sample.incarnation == member.newest.incarnation) {
      if (sample.sequence <= member.newest.sequence) {
        return Folded::kRepeated;
      }
      member.lost += sample.sequence - member.newest.sequence - 1;
    }
  }
  member.heard = now;
  member.pool = sample.pool;
  member.newest = sample;
  const Tally tally = tally_of(sample, sample.covers);
  const Work work = work_of(sample);
  member.bins.add(now, tally, work, {});
  if (sample.pool) {
    pools_[sample.pool].bins.add(now, {}, work, {});
    whole_.bins.add(now, {}, work, {});
  }
  if (sample.leader) {
    fold_leader(from, *sample.leader, now);
  }
  return Folded::kTaken;
}

void Monitor::fold_leader(world::NodeId from, const world::LeaderSample& sample, core::Time now) {
  if (leader_ && sample.term < leader_->term) {
    return;
  }
  leader_ = Leader{from, sample.term, now};
  Tally all;
  Backlog backlog{1, 0, sample.covers, {}};
  std::uint32_t in_flight = 0;
  for (std::size_t i = 0; i < std::min(sample.pools.size(), world::kMaximumPools); ++i) {
    const world::PoolSample& seen = sample.pools[i];
    Tally tally = tally_of(seen, {});
    tally.offered = seen.offered;
    tally.shed = seen.shed;
    tally.undecided = seen.undecided;
    all += tally;
    tally.covers = sample.covers;
    backlog.waiting += seen.waiting;
    backlog.task_time += seen.task_time;
    in_flight += seen.in_flight;
    Pool& pool = pools_[seen.pool];
    pool.bins.add(now, tally, {}, {1, seen.waiting, sample.covers, seen.task_time});
    pool.total += tally;
    pool.waiting = seen.waiting;
    pool.in_flight = seen.in_flight;
    pool.seen = now;
  }
  all.covers = sample.covers;
  whole_.bins.add(now, all, {}, backlog);
  whole_.total += all;
  whole_.waiting = static_cast<std::uint32_t>(backlog.waiting);
  whole_.in_flight = in_flight;
  whole_.seen = now;
}

Presence Monitor::presence(const Member& member, core::Time now) const {
  if (member.ended && member.ended >= member.newest.incarnation) {
    return Presence::kEnded;
  }
  if (!member.heard) {
    return Presence::kExpected;
  }
  return now - *member.heard < config_.stale_after ? Presence::kFresh : Presence::kStale;
}

MemberView Monitor::view_of(world::NodeId node, const Member& member, core::Time now) const {
  MemberView view;
  view.node = node;
  view.pool = member.pool;
  view.presence = presence(member, now);
  view.known_for = now - member.known_since;
  view.samples_lost = member.lost;
  view.dismissed = member.dismissed;
  if (member.heard) {
    view.age = now - *member.heard;
  }
  if (view.presence == Presence::kFresh) {
    view.now = member.newest;
  }
  view.last = member.bins.window(now, kBin);
  view.recent = member.bins.window(now, kShortWindow);
  view.steady = member.bins.window(now, kLongWindow);
  return view;
}

GroupView Monitor::view_of(const Pool& pool, core::Time now) const {
  GroupView view;
  if (pool.seen && now - *pool.seen < config_.stale_after) {
    view.waiting = pool.waiting;
    view.in_flight = pool.in_flight;
  }
  view.total = pool.total;
  view.last = pool.bins.window(now, kBin);
  view.recent = pool.bins.window(now, kShortWindow);
  view.steady = pool.bins.window(now, kLongWindow);
  return view;
}

View Monitor::view(core::Time now) const {
  View view;
  view.at = now;
  view.whole = view_of(whole_, now);
  for (const auto& [id, pool] : pools_) {
    view.pools.emplace(id, view_of(pool, now));
  }
  for (const auto& [node, member] : members_) {
    view.members.push_back(view_of(node, member, now));
    count(view.members.back(), view.whole);
    if (member.pool) {
      count(view.members.back(), view.pools[member.pool]);
    }
  }
  if (leader_) {
    view.leader = leader_->node;
    view.term = leader_->term;
    view.leader_age = now - leader_->heard;
  }
  if (began_) {
    view.known_for = now - *began_;
  }
  return view;
}

}  // namespace monitor
