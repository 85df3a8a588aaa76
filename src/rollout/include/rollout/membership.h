// Upgrade of the coordinators as a sequence of changes of one member each: add one, remove one,
// never fewer healthy voters than a quorum.
//
// Single-server changes as in Ongaro, "Consensus: Bridging Theory and Practice" (2014), section
// 4.1: successive configurations overlap in a quorum, so no joint configuration is needed; each
// change begins after the one before it is committed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/fields.h"
#include "core/id.h"
#include "core/result.h"

namespace rollout {

using Voter = core::Id<struct VoterTag, std::uint32_t>;

struct MembershipChange {
  bool add = false;  // false: remove
  Voter voter;
  MUSTER_FIELDS(MembershipChange, add, voter)
};

// How to get from the present voters to the wanted ones. A new one is added whenever the group is
// not larger than wanted, else an old one is removed: replaced voters alternate, and the group is
// never smaller than the smaller of the two sets. The leader is removed last: its removal is the
// only one that costs an election. Error: no voters present or wanted, or one named twice.
[[nodiscard]] core::Result<std::vector<MembershipChange>> plan_upgrade(
    std::span<const Voter> present, std::span<const Voter> wanted, Voter leader);

enum class Progress : std::uint8_t { kChange, kWait, kDone };
constexpr Progress last_value(Progress) {
  return Progress::kDone;
}

struct NextChange {
  Progress progress = Progress::kDone;
  MembershipChange change;  // when progress is kChange
  std::string reason;
  MUSTER_FIELDS(NextChange, progress, change, reason)
};

// The next change from what is observed now, so that it can be asked again at any time: the first
// of plan_upgrade(), if after it a quorum of the then configured voters is healthy. A voter that is
// added must be healthy (started and caught up) before. Otherwise wait, with the reason. Same
// errors.
[[nodiscard]] core::Result<NextChange> next_change(std::span<const Voter> committed,
                                                   std::span<const Voter> healthy,
                                                   std::span<const Voter> wanted, Voter leader,
                                                   bool change_in_progress);

}  // namespace rollout
