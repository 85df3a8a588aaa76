#include "rollout/membership.h"

#include <algorithm>

namespace rollout {
namespace {

bool contains(std::span<const Voter> voters, Voter voter) {
  return std::ranges::find(voters, voter) != voters.end();
}

std::string names(std::span<const Voter> voters) {
  std::string text;
  for (const Voter voter : voters) {
    text += (text.empty() ? "" : ", ") + std::to_string(voter.value);
  }
  return text.empty() ? "none" : text;
}

core::Result<void> distinct(std::string_view what, std::span<const Voter> voters) {
  if (voters.empty()) {
    return core::fail(core::Code::kInvalid, "upgrade: there are no " + std::string(what));
  }
  std::vector<Voter> sorted(voters.begin(), voters.end());
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice != sorted.end()) {
    return core::fail(core::Code::kInvalid, "upgrade: " + std::to_string(twice->value) +
                                                " is named twice among the " + std::string(what));
  }
  return {};
}

}  // namespace

core::Result<std::vector<MembershipChange>> plan_upgrade(std::span<const Voter> present,
                                                         std::span<const Voter> wanted,
                                                         Voter leader) {
  TRY_VOID(distinct("present voters", present));
  TRY_VOID(distinct("wanted voters", wanted));
  std::vector<Voter> join;
  std::vector<Voter> leave;
  for (const Voter voter : wanted) {
    if (!contains(present, voter)) {
      join.push_back(voter);
    }
  }
  for (const Voter voter : present) {
    if (!contains(wanted, voter)) {
      leave.push_back(voter);
    }
  }
  std::ranges::sort(join);
  std::ranges::sort(leave, [&](Voter a, Voter b) {
    return std::pair(a == leader, a) < std::pair(b == leader, b);
  });
  std::vector<MembershipChange> changes;
  std::size_t joined = 0;
  std::size_t left = 0;
  // By the size alone, so that asking again after every change gives the same sequence.
  while (joined < join.size() || left < leave.size()) {
    const std::size_t size = present.size() + joined - left;
    if (joined < join.size() && (size <= wanted.size() || left == leave.size())) {
      changes.push_back({true, join[joined++]});
    } else {
      changes.push_back({false, leave[left++]});
    }
  }
  return changes;
}

core::Result<NextChange> next_change(std::span<const Voter> committed,
                                     std::span<const Voter> healthy, std::span<const Voter> wanted,
                                     Voter leader, bool change_in_progress) {
  const std::vector<MembershipChange> changes = TRY(plan_upgrade(committed, wanted, leader));
  NextChange next;
  if (change_in_progress) {
    next.progress = Progress::kWait;
    next.reason = "the change before is not committed";
    return next;
  }
  if (changes.empty()) {
    next.reason = "the voters are " + names(committed);
    return next;
  }
  next.change = changes.front();
  const Voter voter = next.change.voter;
  std::vector<Voter> after;
  for (const Voter present : committed) {
    if (next.change.add || present != voter) {
      after.push_back(present);
    }
  }
  if (next.change.add) {
    after.push_back(voter);
  }
  const auto up = static_cast<std::size_t>(
      std::ranges::count_if(after, [&](Voter one) { return contains(healthy, one); }));
  const std::size_t quorum = after.size() / 2 + 1;
  next.progress = Progress::kWait;
  if (next.change.add && !contains(healthy, voter)) {
    next.reason = std::to_string(voter.value) + " is not ready to be added";
  } else if (up < quorum) {
    next.reason = "only " + std::to_string(up) + " of " + std::to_string(after.size()) +
                  " voters would be healthy, the quorum is " + std::to_string(quorum);
  } else {
    next.progress = Progress::kChange;
    next.reason = std::string(next.change.add ? "add " : "remove ") + std::to_string(voter.value) +
                  ": " + std::to_string(up) + " of " + std::to_string(after.size()) +
                  " voters healthy, the quorum is " + std::to_string(quorum);
  }
  return next;
}

}  // namespace rollout
