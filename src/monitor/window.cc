#include "monitor/window.h"

#include <algorithm>
#include <limits>

namespace monitor {
namespace {

std::int64_t bin_of(core::Time time) {
  return core::to_ns(time) / kBin.count();
}

// 1000 x part / whole, of parts that may be as large as 2^53.
std::uint64_t permille(std::uint64_t part, std::uint64_t whole) {
  return part <= std::numeric_limits<std::uint64_t>::max() / 1000 ? part * 1000 / whole
                                                                  : part / whole * 1000;
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  covers += other.covers;
  offered += other.offered;
  done += other.done;
  failed += other.failed;
  shed += other.shed;
  undecided += other.undecided;
  for (std::size_t bucket = 0; bucket < latency.size(); ++bucket) {
    latency[bucket] += other.latency[bucket];
  }
  return *this;
}

Work& Work::operator+=(const Work& other) {
  covers += other.covers;
  busy_time += other.busy_time;
  task_time += other.task_time;
  permille_time += other.permille_time;
  attempts += other.attempts;
  return *this;
}

Backlog& Backlog::operator+=(const Backlog& other) {
  samples += other.samples;
  waiting += other.waiting;
  covers += other.covers;
  task_time += other.task_time;
  return *this;
}

std::optional<std::uint64_t> Window::rate_milli(std::uint64_t events) const {
  if (!known()) {
    return std::nullopt;
  }
  const auto covered_us = static_cast<std::uint64_t>(tally.covers.count() / 1000);
  return covered_us == 0 ? 0 : events * 1'000'000'000 / covered_us;
}

std::optional<std::uint32_t> Window::failure_permille() const {
  if (tally.ended() == 0) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(permille(tally.failed + tally.shed, tally.ended()));
}

std::optional<std::uint32_t> Window::utilisation_permille() const {
  if (work.covers <= core::Duration{}) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(work.permille_time / work.covers.count());
}

std::optional<std::uint64_t> Window::in_hand_milli() const {
  if (work.covers <= core::Duration{}) {
    return std::nullopt;
  }
  return permille(static_cast<std::uint64_t>(work.task_time.count()),
                  static_cast<std::uint64_t>(work.covers.count()));
}

std::optional<core::Duration> Window::service_time() const {
  if (work.attempts == 0) {
    return std::nullopt;
  }
  return work.task_time / static_cast<std::int64_t>(work.attempts);
}

std::optional<std::uint64_t> Window::waiting_milli() const {
  if (backlog.samples == 0) {
    return std::nullopt;
  }
  return permille(backlog.waiting, backlog.samples);
}

std::optional<std::uint64_t> Window::in_system_milli() const {
  if (backlog.covers <= core::Duration{}) {
    return std::nullopt;
  }
  return permille(static_cast<std::uint64_t>(backlog.task_time.count()),
                  static_cast<std::uint64_t>(backlog.covers.count()));
}

void Bins::add(core::Time now, const Tally& tally, const Work& work, const Backlog& backlog) {
  std::int64_t number = bin_of(now);
  if (!bins_.empty()) {
    number = std::max(number, bins_.back().number);
  }
  if (bins_.empty() || bins_.back().number < number) {
    bins_.push_back({number, {}, {}, {}});
  }
  bins_.back().tally += tally;
  bins_.back().work += work;
  bins_.back().backlog += backlog;
  std::erase_if(bins_, [number](const Bin& bin) { return bin.number <= number - kBinsKept; });
}

Window Bins::window(core::Time now, core::Duration length) const {
  const std::int64_t bins = length / kBin;
  core::check(length % kBin == core::Duration{} && bins > 0 && bins < kBinsKept,
              "a window is of whole bins that are kept");
  const std::int64_t end = bin_of(now);
  Window window;
  window.length = length;
  for (const Bin& bin : bins_) {
    if (bin.number >= end - bins && bin.number < end) {
      window.tally += bin.tally;
      window.work += bin.work;
      window.backlog += bin.backlog;
    }
  }
  return window;
}

}  // namespace monitor
