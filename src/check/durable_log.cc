#include "durable_log.h"

#include <algorithm>

#include "core/check.h"

namespace check {

Known CommittedLog::at(swarm::Index index) const {
  return index == 0 || index > entries_.size() ? Known{} : entries_[index - 1];
}

void CommittedLog::put(swarm::Index index, Known known) {
  core::check(index > 0 && at(index).term == 0, "an index is committed once");
  entries_.resize(std::max<std::size_t>(entries_.size(), index));
  entries_[index - 1] = known;
}

void DurableLog::put(swarm::Index index, Known known) {
  if (index < first_) {
    return;
  }
  const std::size_t place = index - first_;
  entries_.resize(std::max(entries_.size(), place + 1));
  entries_[place] = known;
}

void DurableLog::truncate_after(swarm::Index last_kept) {
  first_ = std::min(first_, last_kept + 1);
  if (last_kept < first_) {
    entries_.clear();
  } else {
    entries_.resize(std::min<std::size_t>(entries_.size(), last_kept - first_ + 1));
  }
}

void DurableLog::cover(swarm::Index index, swarm::Index last) {
  while (first_ <= index && !entries_.empty()) {
    entries_.pop_front();
    ++first_;
  }
  first_ = std::max(first_, index + 1);
  truncate_after(std::max(last, index));
}

void DurableLog::recover(swarm::Index index) {
  entries_.clear();
  first_ = index + 1;
}

void DurableLog::settle(const CommittedLog& committed) {
  while (!entries_.empty() && entries_.front().term != 0 &&
         entries_.front() == committed.at(first_)) {
    entries_.pop_front();
    ++first_;
  }
}

bool DurableLog::holds(swarm::Index index, const Known& known) const {
  return index < first_ || at(index) == known;
}

std::optional<Known> DurableLog::at(swarm::Index index) const {
  if (index < first_ || index - first_ >= entries_.size()) {
    return std::nullopt;
  }
  return entries_[index - first_];
}

}  // namespace check
