// The judge's own record: a set of good and bad rollouts, each with many seeds, and how often
// the rollout was wrong. Prints the rates with their exact 95 % intervals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "num/math.h"
#include "traffic.h"

namespace rollout {
namespace {

constexpr std::uint64_t kSeeds = 200;
constexpr std::uint32_t kWrongAtMostPermille = 50;

struct Entry {
  const char* name;
  bool good;
  Behaviour stable;
  Behaviour candidate;
};

struct Record {
  std::uint64_t promoted = 0;
  std::uint64_t taken_back = 0;
  std::uint64_t undecided = 0;
  std::vector<double> decision_seconds;
  std::vector<std::uint64_t> exposed;
};

// A share that grows with the time in service.
Behaviour leak(std::uint32_t errors, double from_seconds, double parts_a_second) {
  return {[errors](double, std::uint32_t) { return errors; },
          [=](double seconds, std::uint32_t) {
            const double late = seconds - from_seconds;
            const double parts = 100 + (late > 0 ? late * parts_a_second : 0);
            return static_cast<std::uint32_t>(std::min(parts, 9'000.0));
          }};
}

// Good with few tasks, and not with a quarter of all.
Behaviour bad_under_load(std::uint32_t calm, std::uint32_t loaded) {
  return {[=](double, std::uint32_t weight) { return weight >= 2'500 ? loaded : calm; },
          [](double, std::uint32_t) { return 100U; }};
}

// Most of a second's tasks are slow together, once in a minute: what a backlog looks like at
// the one agent that takes its part.
Behaviour in_bursts() {
  return {[](double, std::uint32_t) { return 100U; },
          [](double seconds, std::uint32_t weight) {
            const auto second = static_cast<std::uint64_t>(seconds);
            return weight >= 2'500 && second % 60 == 7 ? 6'000U : 0U;
          }};
}

std::vector<Entry> known_rollouts() {
  return {
      {"equal, 2 % errors", true, always(200, 100), always(200, 100)},
      {"equal, no errors", true, always(0, 100), always(0, 100)},
      {"equal, 5 % errors", true, always(500, 100), always(500, 100)},
      {"better, 2 % -> 1 % errors", true, always(200, 100), always(100, 100)},
      {"equal, slow in bursts", true, always(100, 100), in_bursts()},
      {"errors 2 % -> 10 %", false, always(200, 100), always(1'000, 100)},
      {"errors 0 -> 30 %", false, always(0, 100), always(3'000, 100)},
      {"slow 1 % -> 5 %", false, always(200, 100), always(200, 500)},
      {"slow leak, from 1 % by 0.1 %/s", false, always(200, 100), leak(200, 60, 10)},
      {"bad only under load, 2 % -> 10 %", false, always(200, 100), bad_under_load(200, 1'000)},
  };
}

Record try_out(const Entry& entry) {
  Record record;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Traffic traffic(canary(), entry.stable, entry.candidate, seed);
    const Decision end = traffic.run(core::minutes(30));
    if (end.phase == Phase::kPromoted) {
      ++record.promoted;
    } else if (end.phase == Phase::kRolledBack || end.phase == Phase::kRollingBack) {
      ++record.taken_back;
    } else {
      ++record.undecided;
    }
    record.decision_seconds.push_back(core::to_seconds(end.at.time_since_epoch()));
    record.exposed.push_back(end.exposed);
  }
  std::ranges::sort(record.decision_seconds);
  std::ranges::sort(record.exposed);
  return record;
}

// The upper end of the exact interval (Clopper and Pearson 1934).
double upper(std::uint64_t wrong) {
  return wrong == kSeeds ? 1.0
                         : 1 - num::beta_quantile(0.025, static_cast<double>(kSeeds - wrong),
                                                  static_cast<double>(wrong + 1));
}

TEST(KnownRollouts, FalsePromotionsAndFalseRollBacksAreRare) {
  std::printf("%-34s %9s %10s %9s %8s %12s %9s\n", "rollout", "promoted", "taken back", "undecided",
              "wrong<=", "median s", "exposed");
  for (const Entry& entry : known_rollouts()) {
    const Record record = try_out(entry);
    const std::uint64_t wrong = entry.good ? record.taken_back : record.promoted;
    std::printf("%-34s %9d %10d %9d %7.2f%% %12.0f %9d\n", entry.name,
                static_cast<int>(record.promoted), static_cast<int>(record.taken_back),
                static_cast<int>(record.undecided), 100 * upper(wrong),
                record.decision_seconds[kSeeds / 2], static_cast<int>(record.exposed[kSeeds / 2]));
    EXPECT_LE(wrong * 1'000, kSeeds * kWrongAtMostPermille) << entry.name;
    EXPECT_LE(record.undecided * 5, kSeeds) << entry.name << ": a judge that never decides";
    const std::uint64_t right = entry.good ? record.promoted : record.taken_back;
    EXPECT_GE(right * 4, kSeeds * 3) << entry.name;
  }
}

}  // namespace
}  // namespace rollout
