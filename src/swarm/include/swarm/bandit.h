// Which of several arms to play when their worth is unknown and may change: discounted Thompson
// sampling with a floor of exploration.
//
// Each arm keeps what it earned and what it missed. To choose, every arm draws from Beta(prior +
// earned, prior + missed), and the highest draw plays (Thompson, 1933; for rewards between 0 and 1
// the reward counts as earned and the rest as missed). Every observation first leaves only
// `discount` of all that was observed before, so old evidence fades and a change of regime is
// found (Raj and Kalyani, "Taming Non-stationary Bandits: A Bayesian Approach", 2017). The floor
// gives every arm a chance to play that does not depend on its past.
//
// The ledger folds committed results into one, so every replica holds the same and a new leader
// goes on where the old one ended.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "num/stream.h"
#include "swarm/pools.h"
#include "swarm/task.h"

namespace swarm {

// What one arm is.
enum class ArmKind : std::uint8_t {
  kAgent,       // each agent
  kCapability,  // each set of declared capabilities: the strategies of a multi-strategy swarm
};
constexpr ArmKind last_value(ArmKind) {
  return ArmKind::kCapability;
}

enum class RewardKind : std::uint8_t {
  kSuccess,  // 1 for a task that is done, 0 for every other end
  kProfit,   // Result::score_permille of a task that is done, 0 for every other end
};
constexpr RewardKind last_value(RewardKind) {
  return RewardKind::kProfit;
}

struct BanditConfig {
  ArmKind arms = ArmKind::kAgent;
  RewardKind reward = RewardKind::kSuccess;
  std::uint32_t discount_permille = 990;  // what an observation leaves of those before; 1 to 1000
  std::uint32_t floor_permille = 20;      // chance of every arm, whatever is known of it
  double prior = 1.0;                     // of both parameters; > 0
  MUSTER_FIELDS(BanditConfig, arms, reward, discount_permille, floor_permille, prior)
};

class Bandit {
 public:
  static constexpr std::uint32_t kFullReward = 1000;

  Bandit() = default;
  // REQUIRES: 1 <= discount_permille <= 1000, floor_permille <= 1000, finite prior > 0.
  explicit Bandit(const BanditConfig& config);

  // The index in `arms` of the one that plays. An arm that was never observed has the prior.
  // With k arms each one's chance is at least min(floor, 1 / k). REQUIRES: not empty.
  [[nodiscard]] std::size_t choose(std::span<const std::string> arms, num::Stream& random) const;
  // REQUIRES reward_permille <= kFullReward.
  void observe(const std::string& arm, std::uint32_t reward_permille);

  [[nodiscard]] std::string arm_of(const MemberEntry& agent) const;
  [[nodiscard]] std::uint32_t reward_of(const Result& result) const;
  // The posterior mean of an arm's reward, between 0 and 1.
  [[nodiscard]] double mean(const std::string& arm) const;
  [[nodiscard]] const BanditConfig& config() const { return config_; }

 private:
  struct Arm {
    double earned = 0;
    double missed = 0;
    MUSTER_FIELDS(Arm, earned, missed)
  };
  [[nodiscard]] Arm known(const std::string& arm) const;  // with the prior

  BanditConfig config_;
  std::map<std::string, Arm> arms_;

 public:
  MUSTER_FIELDS(Bandit, config_, arms_)
};

}  // namespace swarm
