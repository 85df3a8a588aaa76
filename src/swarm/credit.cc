#include "swarm/credit.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace swarm {

CreditSender::CreditSender(std::uint32_t credits) : credits_(credits) {
  core::check(credits > 0, "a link has at least one credit");
}

void CreditSender::open(LinkEpoch epoch) {
  core::check(epoch > epoch_, "epochs of a link ascend");
  epoch_ = epoch;
  last_ = 0;
  taken_ = 0;
  for (auto& [sequence, item] : std::exchange(outstanding_, {})) {
    outstanding_.emplace(++last_, std::move(item));
  }
}

LinkSequence CreditSender::send(Item item) {
  core::check(has_credit() && epoch_ > 0, "an item leaves on a credit of an open link");
  outstanding_.emplace(++last_, std::move(item));
  return last_;
}

CreditSender::Progress CreditSender::heard(const ItemState& state) {
  Progress progress;
  if (state.epoch != epoch_ || state.unknown || state.taken > last_) {
    return progress;
  }
  for (LinkSequence sequence = taken_ + 1; sequence <= state.taken; ++sequence) {
    progress.taken.push_back(outstanding_.at(sequence));
  }
  taken_ = std::max(taken_, state.taken);
  for (auto it = outstanding_.begin(); it != outstanding_.end() && it->first <= state.taken;) {
    if (std::ranges::find(state.open, it->first) == state.open.end()) {
      progress.done.push_back(std::move(it->second));
      it = outstanding_.erase(it);
    } else {
      ++it;
    }
  }
  return progress;
}

std::vector<LinkSequence> CreditSender::untaken() const {
  std::vector<LinkSequence> sequences;
  for (auto it = outstanding_.upper_bound(taken_); it != outstanding_.end(); ++it) {
    sequences.push_back(it->first);
  }
  return sequences;
}

std::vector<Item> CreditSender::recall() {
  std::vector<Item> items;
  for (auto& [sequence, item] : std::exchange(outstanding_, {})) {
    items.push_back(std::move(item));
  }
  return items;
}

CreditReceiver::Arrival CreditReceiver::arrived(LinkEpoch epoch, LinkSequence sequence) {
  if (epoch < epoch_) {
    return Arrival::kOld;
  }
  if (epoch > epoch_) {
    if (sequence != 1) {
      return Arrival::kUnknown;
    }
    epoch_ = epoch;
    taken_ = 0;
    open_.clear();
    forgotten_ = false;
  }
  if (forgotten_) {
    return Arrival::kUnknown;
  }
  if (sequence <= taken_) {
    return Arrival::kRepeat;
  }
  if (sequence > taken_ + 1) {
    return Arrival::kGap;
  }
  taken_ = sequence;
  open_.insert(sequence);
  return Arrival::kTake;
}

void CreditReceiver::done(LinkEpoch epoch, LinkSequence sequence) {
  if (epoch == epoch_) {
    open_.erase(sequence);
  }
}

void CreditReceiver::forget() {
  open_.clear();
  forgotten_ = epoch_ > 0;
}

ItemState CreditReceiver::state(LinkEpoch asked, std::uint64_t call) const {
  if (asked != epoch_ || forgotten_) {
    return {asked, 0, {}, call, true};
  }
  return {epoch_, taken_, {open_.begin(), open_.end()}, call, false};
}

}  // namespace swarm
