// Random schedules: crashes that lose or keep unsynced writes, loss, duplication, reordering,
// one-way cuts, partitions, pauses, slow disks, membership changes, compaction. The checker judges
// every step; afterwards everything heals and the group must elect, agree and take another command.
//
// kSchedules schedules of kActions random actions each, with 3 to 5 founding nodes and up to 2
// joiners.
#include <gtest/gtest.h>

#include <algorithm>

#include "raft_cluster.h"

namespace swarm::test {
namespace {

using core::milliseconds;
using core::seconds;

constexpr std::uint64_t kSchedules = 600;
constexpr int kActions = 150;

ClusterOptions sampled(std::uint64_t seed, num::Stream& random) {
  ClusterOptions options;
  options.seed = seed;
  options.voters = 3 + static_cast<std::uint32_t>(random.below(3));
  options.learners = static_cast<std::uint32_t>(random.below(2));
  options.latency_max = milliseconds(1 + static_cast<std::int64_t>(random.below(60)));
  options.persist_max = milliseconds(1 + static_cast<std::int64_t>(random.below(30)));
  options.loss = num::Probability::percent(static_cast<std::uint32_t>(random.below(25)));
  options.duplicate = num::Probability::percent(static_cast<std::uint32_t>(random.below(25)));
  options.raft.snapshot_threshold = 4 + static_cast<std::uint32_t>(random.below(40));
  options.raft.append_entries_limit = 1 + static_cast<std::uint32_t>(random.below(8));
  options.raft.append_bytes_limit = 20 + static_cast<std::uint32_t>(random.below(200));
  options.raft.in_flight_limit = 1 + static_cast<std::uint32_t>(random.below(8));
  return options;
}

class Schedule {
 public:
  explicit Schedule(std::uint64_t seed)
      : random_(seed, 0, num::purpose_of("test.schedule")), cluster_(sampled(seed, random_)) {
    cluster_.keep_trace(false);
  }

  void run() {
    for (int action = 0; action < kActions; ++action) {
      act();
      cluster_.advance(random_.uniform(milliseconds(0), milliseconds(60)));
    }
  }

  // Healed, it must get on: a leader within ten election timeouts, then agreement.
  void recover() {
    cluster_.heal();
    cluster_.set_loss({});
    cluster_.set_duplicate({});
    for (const world::NodeId id : cluster_.ids()) {
      if (!cluster_.is_up(id)) {
        cluster_.restart(id);
      }
      cluster_.resume(id);
      cluster_.slow_disk(id, milliseconds(1));
    }
    cluster_.advance(milliseconds(200));
    const auto leads = [&](world::NodeId id) { return cluster_.raft(id).is_leader(); };
    ASSERT_TRUE(cluster_.advance_until([&] { return std::ranges::any_of(cluster_.ids(), leads); },
                                       milliseconds(1500)));
    // How long catching up takes depends on the sampled limits.
    ASSERT_TRUE(
        cluster_.advance_until([&] { return static_cast<bool>(cluster_.leader()); }, seconds(10)));
    const world::NodeId leader = cluster_.leader();
    ASSERT_TRUE(cluster_.propose(leader, "last").has_value());
    ASSERT_TRUE(cluster_.advance_until([&] { return cluster_.converged(); }, seconds(10)));
    EXPECT_EQ(cluster_.applied(cluster_.leader()).back(), "last");
  }

  [[nodiscard]] RaftCluster& cluster() { return cluster_; }

 private:
  world::NodeId any() {
    const auto ids = cluster_.ids();
    return ids[random_.below(ids.size())];
  }
  // Leaders draw lightning.
  world::NodeId victim() {
    const world::NodeId leader = cluster_.leader();
    return leader && random_.chance(num::Probability::percent(50)) ? leader : any();
  }

  void act() {
    switch (random_.below(16)) {
      case 0:
      case 1:
        return crash();
      case 2:
      case 3:
        return revive();
      case 4:
        return split();
      case 5:
        return cluster_.cut(victim(), any());
      case 6:
        return cluster_.heal();
      case 7:
        return stall();
      case 8:
        return cluster_.slow_disk(victim(), random_.uniform(milliseconds(0), milliseconds(100)));
      case 9:
        return change();
      default:
        return propose();
    }
  }

  void crash() {
    const world::NodeId id = victim();
    if (cluster_.is_up(id)) {
      cluster_.kill(
          id, random_.below(2) == 0 ? RaftCluster::Unsynced::kLose : RaftCluster::Unsynced::kKeep);
    }
  }
  void revive() {
    for (const world::NodeId id : cluster_.ids()) {
      if (!cluster_.is_up(id) && random_.below(2) == 0) {
        cluster_.restart(id);
      }
      cluster_.resume(id);
    }
  }
  void split() {
    std::vector<std::vector<world::NodeId>> sides(2);
    for (const world::NodeId id : cluster_.ids()) {
      sides[random_.below(2)].push_back(id);
    }
    cluster_.partition(sides);
  }
  void stall() {
    const world::NodeId id = victim();
    if (cluster_.is_up(id)) {
      cluster_.pause(id);
    }
  }
  // Whoever believes to lead is asked, and so are followers now and then.
  void propose() {
    for (const world::NodeId id : cluster_.ids()) {
      if (cluster_.is_up(id) && (cluster_.raft(id).is_leader() || random_.below(8) == 0)) {
        const std::uint64_t burst = 1 + random_.below(5);
        for (std::uint64_t i = 0; i < burst; ++i) {
          (void)cluster_.propose(id, "command " + std::to_string(++commands_));
        }
      }
    }
  }
  void change() {
    const world::NodeId joiner = node(static_cast<std::uint32_t>(6 + random_.below(2)));
    const auto kind = static_cast<MembershipChange>(random_.below(5));
    const bool joins = kind == MembershipChange::kAddLearner || kind == MembershipChange::kAddVoter;
    const auto ids = cluster_.ids();
    if (joins && std::ranges::count(ids, joiner) == 0) {
      cluster_.boot_joiner(joiner);
    }
    (void)cluster_.change(kind, random_.below(2) == 0 ? joiner : any());
  }

  num::Stream random_;
  RaftCluster cluster_;
  int commands_ = 0;
};

TEST(RaftRandom, SafetyHoldsInEveryScheduleAndLifeReturnsAfterIt) {
  std::uint64_t steps = 0;
  std::size_t leaders = 0;
  std::size_t commits = 0;
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    Schedule schedule(seed);
    schedule.run();
    if (HasFatalFailure() || !schedule.cluster().checker().violations().empty()) {
      FAIL() << "seed " << seed;
    }
    schedule.recover();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    steps += schedule.cluster().steps();
    leaders += schedule.cluster().checker().leaders_judged();
    commits += schedule.cluster().checker().commits_judged();
  }
  RecordProperty("steps", std::to_string(steps));
  RecordProperty("leaders", std::to_string(leaders));
  RecordProperty("commits", std::to_string(commits));
  std::cout << kSchedules << " schedules, " << steps << " steps, " << leaders << " terms with a "
            << "leader, " << commits << " committed entries\n";
  EXPECT_GT(leaders, 2 * kSchedules) << "the schedules must force elections";
  EXPECT_GT(commits, 20 * kSchedules) << "and still let the groups work";
}

TEST(RaftRandom, SameSeedSameHistory) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Schedule first(seed);
    Schedule second(seed);
    first.run();
    second.run();
    EXPECT_EQ(first.cluster().fingerprint(), second.cluster().fingerprint()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace swarm::test
