#include "world/fault_gate.h"

#include <algorithm>

#include "core/check.h"

namespace world {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
// Slower than this a node's timers would hardly ever fire.
constexpr std::int64_t kSlowestDriftPerMillion = -900'000;

__extension__ using Wide = __int128;

// What makes a fault itself: weakening or shortening it while shrinking keeps its draws.
std::uint64_t identity_of(const Fault& fault, std::uint64_t occurrence) {
  core::Hasher hasher(core::digest(fault.kind));
  hasher.word(core::digest(fault.trigger));
  hasher.word(core::digest(fault.target));
  hasher.word(core::digest(fault.peers));
  hasher.word(fault.one_way ? 1 : 0);
  hasher.word(occurrence);
  return hasher.value();
}

core::Duration drifted(core::Duration span, std::int64_t drift_per_million) {
  return core::Duration(
      static_cast<std::int64_t>(static_cast<Wide>(span.count()) * drift_per_million / kMillion));
}

bool contains(const std::vector<NodeId>& sorted, NodeId node) {
  return std::ranges::binary_search(sorted, node);
}

template <class List>
auto place_of(List& list, FaultIndex fault) {
  return std::ranges::find_if(list, [&](const auto& active) { return active.index == fault; });
}

// The time that `bytes` need at `bytes_per_second`, rounded up.
core::Duration transfer_time(std::size_t bytes, std::int64_t bytes_per_second) {
  const Wide nanoseconds = static_cast<Wide>(bytes) * 1'000'000'000 + bytes_per_second - 1;
  return core::Duration(static_cast<std::int64_t>(nanoseconds / bytes_per_second));
}

// Of the next message of a link; `struck` says whether the one before was.
num::Probability chance_of(const Fault& fault, std::optional<bool> struck) {
  const std::uint64_t mean = fault.probability.threshold;
  const std::uint64_t correlation = fault.correlation.threshold;
  if (!struck || correlation == 0 || fault.probability == num::Probability::always()) {
    return fault.probability;
  }
  constexpr std::uint64_t kOne = std::uint64_t{1} << 32U;
  return {static_cast<std::uint32_t>(*struck ? mean + ((kOne - mean) * correlation >> 32U)
                                             : mean - (mean * correlation >> 32U))};
}

}  // namespace

bool is_link_fault(FaultKind kind) {
  return kind >= FaultKind::kLoss && kind <= FaultKind::kClog;
}

bool is_clock_fault(FaultKind kind) {
  return kind >= FaultKind::kClockOffset && kind <= FaultKind::kClockStep;
}

FaultGate::FaultGate(std::uint64_t seed, FaultPlan plan)
    : seed_(seed), plan_(std::move(plan)), acted_(plan_.size(), 0) {
  for (const Fault& fault : plan_) {
    std::uint64_t occurrence = 0;
    while (std::ranges::find(identities_, identity_of(fault, occurrence)) != identities_.end()) {
      ++occurrence;
    }
    identities_.push_back(identity_of(fault, occurrence));
  }
}

std::uint64_t FaultGate::identity(FaultIndex fault) const {
  return identities_.at(fault);
}

void FaultGate::begin(FaultIndex fault, std::vector<NodeId> targets, core::Time now) {
  const Fault& what = plan_.at(fault);
  core::check(is_link_fault(what.kind) || is_clock_fault(what.kind),
              "the fault gate carries out link and clock faults");
  auto& list = is_link_fault(what.kind) ? links_ : clocks_;
  core::check(place_of(list, fault) == list.end(), "a fault that begins was not active");
  std::ranges::sort(targets);
  Active active{fault, std::move(targets), what.peers, {}};
  std::ranges::sort(active.peers);
  if (is_clock_fault(what.kind)) {
    for (const NodeId node : active.targets) {
      change_clock(what, fault, node, now, true);
    }
  }
  const auto after =
      std::ranges::find_if(list, [&](const Active& other) { return other.index > fault; });
  list.insert(after, std::move(active));
}

void FaultGate::end(FaultIndex fault, core::Time now) {
  const Fault& what = plan_.at(fault);
  auto& list = is_link_fault(what.kind) ? links_ : clocks_;
  const auto place = place_of(list, fault);
  core::check(place != list.end(), "a fault that ends was active");
  if (is_clock_fault(what.kind)) {
    for (const NodeId node : place->targets) {
      change_clock(what, fault, node, now, false);
    }
  }
  list.erase(place);
}

// A partition without named peers stands between its targets and all others; every other link fault
// without named peers hits whatever its targets send or receive.
bool FaultGate::matches(const Active& active, NodeId from, NodeId to) const {
  const Fault& fault = plan_[active.index];
  const auto is_peer = [&](NodeId node) {
    if (!active.peers.empty()) {
      return contains(active.peers, node);
    }
    return fault.kind != FaultKind::kPartition || !contains(active.targets, node);
  };
  if (contains(active.targets, from) && is_peer(to)) {
    return true;
  }
  return !fault.one_way && contains(active.targets, to) && is_peer(from);
}

FaultGate::Link& FaultGate::link_of(Active& active, NodeId from, NodeId to) {
  const auto [place, made] = active.links.try_emplace({from, to});
  if (made) {
    const std::uint64_t link = (static_cast<std::uint64_t>(from.value) << 32U) | to.value;
    place->second.stream = num::Stream(seed_, identities_[active.index], link);
  }
  return place->second;
}

// Every matching fault takes its draws whatever the others do to the message.
void FaultGate::apply(Active& active, NodeId from, NodeId to, std::size_t wire_bytes,
                      core::Time now, Verdict& verdict, std::vector<FaultIndex>& hits) {
  const Fault& fault = plan_[active.index];
  const auto drop = [&] {
    if (!verdict.dropped_by) {
      verdict.dropped_by = active.index;
    }
  };
  if (fault.kind == FaultKind::kPartition) {
    return drop();
  }
  if (fault.kind == FaultKind::kClog) {
    if (!verdict.held_by) {
      verdict.held_by = active.index;
    }
    return;
  }
  Link& link = link_of(active, from, to);
  if (fault.kind == FaultKind::kBandwidth) {
    const core::Time free = std::max(now, link.busy_until);
    link.busy_until = free + transfer_time(wire_bytes, std::max<std::int64_t>(1, fault.amount));
    verdict.extra_delay += link.busy_until - now;
    hits.push_back(active.index);
    return;
  }
  const core::Duration jitter = std::max(core::Duration(0), fault.jitter);
  if (fault.kind == FaultKind::kDelay) {
    const core::Duration delay = fault.delay + link.stream.uniform(-jitter, jitter);
    if (delay > core::Duration(0)) {
      verdict.extra_delay += delay;
      hits.push_back(active.index);
    }
    return;
  }
  const bool strikes = link.stream.chance(chance_of(fault, link.struck));
  const std::uint64_t draw = link.stream.next();
  link.struck = strikes;
  if (!strikes) {
    return;
  }
  const core::Duration lag = num::Stream(draw, 0, 0).uniform(core::Duration(0), jitter);
  switch (fault.kind) {
    case FaultKind::kLoss:
      return drop();
    case FaultKind::kDuplicate:
      verdict.copies.push_back(std::max(core::Duration(0), fault.delay) + lag);
      break;
    case FaultKind::kReorder:
      verdict.extra_delay += lag;
      verdict.may_be_overtaken = true;
      break;
    default:
      verdict.corrupt_bit = draw % (wire_bytes * 8);
      verdict.corrupted_by = active.index;
      return;  // counted when the decoder refuses it
  }
  hits.push_back(active.index);
}

Verdict FaultGate::judge(NodeId from, NodeId to, std::size_t wire_bytes, core::Time now) {
  Verdict verdict;
  if (links_.empty()) {
    return verdict;
  }
  std::vector<FaultIndex> hits;
  for (Active& active : links_) {
    if (matches(active, from, to)) {
      apply(active, from, to, wire_bytes, now, verdict, hits);
    }
  }
  if (verdict.dropped_by) {
    count(*verdict.dropped_by);
    return verdict;
  }
  if (verdict.held_by) {
    count(*verdict.held_by);
    return verdict;
  }
  for (const FaultIndex hit : hits) {
    count(hit);
  }
  return verdict;
}

Verdict FaultGate::blocked(NodeId from, NodeId to) {
  Verdict verdict;
  for (const Active& active : links_) {
    if (!matches(active, from, to)) {
      continue;
    }
    const FaultKind kind = plan_[active.index].kind;
    if (kind == FaultKind::kPartition && !verdict.dropped_by) {
      verdict.dropped_by = active.index;
    } else if (kind == FaultKind::kClog && !verdict.held_by) {
      verdict.held_by = active.index;
    }
  }
  if (verdict.dropped_by) {
    count(*verdict.dropped_by);
  } else if (verdict.held_by) {
    count(*verdict.held_by);
  }
  return verdict;
}

void FaultGate::change_clock(const Fault& fault, FaultIndex index, NodeId node, core::Time now,
                             bool begins) {
  Clock& clock = clock_of_[node];
  clock.error = clock_error(node, now);
  clock.since = now;
  const bool stays = fault.kind == FaultKind::kClockStep;
  if (fault.kind == FaultKind::kClockDrift) {
    clock.drift_per_million += begins ? fault.amount : -fault.amount;
  } else if (begins) {
    clock.error.wall += fault.delay;
  } else if (!stays) {
    clock.error.wall -= fault.delay;
  }
  if (begins) {
    clock.causes.push_back(index);
  } else if (!stays) {
    std::erase(clock.causes, index);
  }
}

ClockError FaultGate::clock_error(NodeId node, core::Time now) const {
  const auto place = clock_of_.find(node);
  if (place == clock_of_.end()) {
    return {};
  }
  const Clock& clock = place->second;
  const core::Duration drift =
      drifted(now - clock.since, std::max(kSlowestDriftPerMillion, clock.drift_per_million));
  return {clock.error.monotonic + drift, clock.error.wall + drift};
}

ClockError FaultGate::read_clock(NodeId node, core::Time now) {
  if (clock_of_.empty()) {
    return {};
  }
  const auto place = clock_of_.find(node);
  if (place != clock_of_.end()) {
    for (const FaultIndex cause : place->second.causes) {
      count(cause);
    }
  }
  return clock_error(node, now);
}

core::Duration FaultGate::true_span(NodeId node, core::Duration local) const {
  const auto place = clock_of_.find(node);
  if (place == clock_of_.end() || place->second.drift_per_million == 0) {
    return local;
  }
  const std::int64_t rate =
      kMillion + std::max(kSlowestDriftPerMillion, place->second.drift_per_million);
  const Wide rounded_up = (static_cast<Wide>(local.count()) * kMillion + rate - 1) / rate;
  return core::Duration(static_cast<std::int64_t>(rounded_up));
}

}  // namespace world
