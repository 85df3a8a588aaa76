// Work moves to what is best now, and stays there while nothing changes.
#include "swarm/bandit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace swarm {
namespace {

constexpr std::uint64_t kSeeds = 40;
const std::vector<std::string> kArms = {"momentum", "pairs", "arbitrage"};
using Worth = std::array<double, 3>;  // chance of success per arm

// One swarm's days: the arms' worth, and another worth from a given task on.
class Days {
 public:
  Days(std::uint64_t seed, BanditConfig config)
      : bandit_(config),
        choices_(seed, 1, num::purpose_of("test.choices")),
        luck_(seed, 2, num::purpose_of("test.luck")) {}

  // Plays one task; which arm.
  std::size_t play(const Worth& worth) {
    const std::size_t arm = bandit_.choose(kArms, choices_);
    const double best = *std::ranges::max_element(worth);
    regret_ += best - worth[arm];
    uniform_ += best - (worth[0] + worth[1] + worth[2]) / 3;
    const bool success = luck_.unit() < worth[arm];
    if (bandit_.config().reward == RewardKind::kSuccess) {
      bandit_.observe(kArms[arm], success ? 1000 : 0);
    } else {
      bandit_.observe(kArms[arm], success ? 900 : 200);  // a gain, or a smaller loss
    }
    return arm;
  }
  // The share of each arm in the next `tasks`.
  std::array<double, 3> shares(const Worth& worth, int tasks) {
    std::array<double, 3> share{};
    for (int i = 0; i < tasks; ++i) {
      share[play(worth)] += 1.0 / tasks;
    }
    return share;
  }
  [[nodiscard]] double regret() const { return regret_; }
  [[nodiscard]] double uniform() const { return uniform_; }

 private:
  Bandit bandit_;
  num::Stream choices_;
  num::Stream luck_;
  double regret_ = 0;
  double uniform_ = 0;
};

constexpr Worth kBefore = {0.95, 0.5, 0.3};
constexpr Worth kAfter = {0.3, 0.5, 0.95};

TEST(Bandit, AfterAChangeFourFifthsOfTheWorkMoveWithinAStatedNumberOfTasks) {
  constexpr int kTasks = 400;  // by then it has moved
  for (const RewardKind reward : {RewardKind::kSuccess, RewardKind::kProfit}) {
    BanditConfig config;
    config.reward = reward;
    config.floor_permille = 20;
    double moved = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      Days days(seed, config);
      days.shares(kBefore, 1000);
      days.shares(kAfter, kTasks);
      moved += days.shares(kAfter, 200)[2] / kSeeds;
    }
    EXPECT_GT(moved, 0.8) << "reward " << static_cast<int>(reward);
  }
}

TEST(Bandit, RegretIsFarBelowThatOfEqualSharesWhileTheWorldDrifts) {
  double regret = 0;
  double uniform = 0;
  int better = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Days days(seed, {});
    for (int change = 0; change < 4; ++change) {
      days.shares(change % 2 == 0 ? kBefore : kAfter, 500);
    }
    regret += days.regret();
    uniform += days.uniform();
    better += days.regret() < days.uniform() ? 1 : 0;
  }
  EXPECT_EQ(better, static_cast<int>(kSeeds));
  EXPECT_LT(regret, 0.5 * uniform);
}

TEST(Bandit, WithoutAChangeNothingRotates) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Days days(seed, {});
    days.shares(kBefore, 200);
    for (int window = 0; window < 10; ++window) {
      const auto share = days.shares(kBefore, 200);
      EXPECT_GT(share[0], share[1] + share[2]) << "seed " << seed << ", window " << window;
    }
  }
}

TEST(Bandit, EveryArmKeepsItsFloorHoweverBadItIs) {
  BanditConfig config;
  config.discount_permille = 1000;  // forgets nothing, so only the floor explores
  config.floor_permille = 50;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Days days(seed, config);
    days.shares({0.99, 0.0, 0.0}, 1000);
    const auto share = days.shares({0.99, 0.0, 0.0}, 2000);
    EXPECT_GT(share[1], 0.03) << "seed " << seed;
    EXPECT_GT(share[2], 0.03) << "seed " << seed;
  }
}

TEST(Bandit, OneArmNeedsNoDraw) {
  num::Stream random(1, 1, 1);
  const std::vector<std::string> one = {"momentum"};
  EXPECT_EQ(Bandit(BanditConfig{}).choose(one, random), 0U);
  EXPECT_EQ(random.counter(), 0U);
}

TEST(Bandit, AResultThatIsNotDoneEarnsNothing) {
  BanditConfig config;
  config.reward = RewardKind::kProfit;
  const Bandit bandit(config);
  EXPECT_EQ(bandit.reward_of({Outcome::kDone, {}, 700}), 700U);
  EXPECT_EQ(bandit.reward_of({Outcome::kRejected, {}, 700}), 0U);
  EXPECT_EQ(Bandit(BanditConfig{}).reward_of({Outcome::kDone, {}, 100}), 1000U);
}

}  // namespace
}  // namespace swarm
