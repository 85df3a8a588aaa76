// Counts of the last seconds, in bins of one second: what rates, averages and quantiles are made
// of.
//
// A bin without a sample says nothing: it is not a bin with zero tasks. Every number of a Window is
// therefore optional or stands beside `covered`, the time for which there was telemetry.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/codec.h"
#include "core/time.h"
#include "monitor/latency.h"

namespace monitor {

inline constexpr core::Duration kBin = core::seconds(1);
inline constexpr std::int64_t kBinsKept = 64;

// The windows of every view: the last second for series, a short one that reacts and a long one
// that is steady (the panic and the stable window of Knative's autoscaler).
inline constexpr core::Duration kShortWindow = core::seconds(6);
inline constexpr core::Duration kLongWindow = core::seconds(60);

// What happened in some time. Of a member: its attempts at tasks. Of a pool and of the swarm:
// tasks, as the leader counts them. Adds up.
struct Tally {
  core::Duration covers{};    // the time that was reported on
  std::uint64_t offered = 0;  // 0 of a member, which is offered nothing itself
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t shed = 0;
  std::uint64_t undecided = 0;  // the part of `failed` that are joint decisions without a quorum
  LatencySums latency{};        // of `done`

  Tally& operator+=(const Tally& other);
  // What came to an end. A shed task counts as a failed one.
  [[nodiscard]] std::uint64_t ended() const { return done + failed + shed; }
  MUSTER_FIELDS(Tally, covers, offered, done, failed, shed, undecided, latency)
};

// What members did with their time, summed over members. Adds up.
struct Work {
  core::Duration covers{};         // member time that was reported on
  core::Duration busy_time{};      // of it, with a task in hand
  core::Duration task_time{};      // tasks in hand, summed over time
  std::int64_t permille_time = 0;  // cpu utilisation in permille x ns
  std::uint64_t attempts = 0;      // that ended

  Work& operator+=(const Work& other);
  MUSTER_FIELDS(Work, covers, busy_time, task_time, permille_time, attempts)
};

// What the leader had to do. Adds up, so that it can be averaged.
struct Backlog {
  std::uint64_t samples = 0;
  std::uint64_t waiting = 0;   // when it reported
  core::Duration covers{};     // leader's time that was reported on
  core::Duration task_time{};  // tasks accepted and not over, summed over it

  Backlog& operator+=(const Backlog& other);
  MUSTER_FIELDS(Backlog, samples, waiting, covers, task_time)
};

struct Window {
  core::Duration length{};  // asked for
  Tally tally;
  Work work;
  Backlog backlog;  // none of a member

  // Whether there is telemetry about tasks at all.
  [[nodiscard]] bool known() const { return tally.covers > core::Duration{}; }
  // So many events of the tally in 1,000 s; missing without telemetry.
  [[nodiscard]] std::optional<std::uint64_t> rate_milli(std::uint64_t events) const;
  // Failed and shed among what ended; missing while nothing ended.
  [[nodiscard]] std::optional<std::uint32_t> failure_permille() const;
  [[nodiscard]] std::optional<LatencyBand> latency(std::uint32_t permille) const {
    return quantile(tally.latency, permille);
  }
  // Mean over the members' reported time; missing without it.
  [[nodiscard]] std::optional<std::uint32_t> utilisation_permille() const;
  // Mean number of tasks in one member's hand; missing without telemetry.
  [[nodiscard]] std::optional<std::uint64_t> in_hand_milli() const;
  // Mean time of an attempt, in hand until it ended; missing while none ended.
  [[nodiscard]] std::optional<core::Duration> service_time() const;
  // Means of what the leader saw; missing without its telemetry. What waits is looked at once a
  // report; what is in the system is the mean over time, which does not depend on when one looks.
  [[nodiscard]] std::optional<std::uint64_t> waiting_milli() const;
  [[nodiscard]] std::optional<std::uint64_t> in_system_milli() const;
  MUSTER_FIELDS(Window, length, tally, work, backlog)
};

// The last kBinsKept bins of one member, pool or swarm. A regular value.
class Bins {
 public:
  // Adds to the bin of `now`. Time that goes back counts for the newest bin.
  void add(core::Time now, const Tally& tally, const Work& work, const Backlog& backlog);
  // The whole bins in [now - length, now): the bin of `now` is still filling and is left out.
  // REQUIRES: length is a positive multiple of kBin, less than kBinsKept bins.
  [[nodiscard]] Window window(core::Time now, core::Duration length) const;

 private:
  struct Bin {
    std::int64_t number = 0;  // whole bins since time 0
    Tally tally;
    Work work;
    Backlog backlog;
    MUSTER_FIELDS(Bin, number, tally, work, backlog)
  };

  std::vector<Bin> bins_;  // ascending; only those with telemetry

 public:
  MUSTER_FIELDS(Bins, bins_)
};

}  // namespace monitor
