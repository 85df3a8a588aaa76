#include "swarm/bandit.h"

#include <algorithm>

namespace swarm {

Bandit::Bandit(const BanditConfig& config) : config_(config) {
  core::check(config.discount_permille >= 1 && config.discount_permille <= 1000 &&
                  config.floor_permille <= 1000 && config.prior > 0 && config.prior < 1e9,
              "a bandit forgets at most all, and believes something at first");
}

Bandit::Arm Bandit::known(const std::string& arm) const {
  const auto found = arms_.find(arm);
  const Arm observed = found == arms_.end() ? Arm{} : found->second;
  return {config_.prior + observed.earned, config_.prior + observed.missed};
}

std::size_t Bandit::choose(std::span<const std::string> arms, num::Stream& random) const {
  core::check(!arms.empty(), "there is an arm to play");
  if (arms.size() == 1) {
    return 0;
  }
  const auto count = static_cast<std::uint32_t>(arms.size());
  const std::uint32_t explored = std::min(1000U, count * config_.floor_permille);
  if (random.chance(num::Probability::ratio(explored, 1000))) {
    return random.below(count);
  }
  std::size_t best = 0;
  double highest = -1;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const Arm arm = known(arms[i]);
    if (const double draw = random.beta(arm.earned, arm.missed); draw > highest) {
      highest = draw;
      best = i;
    }
  }
  return best;
}

void Bandit::observe(const std::string& arm, std::uint32_t reward_permille) {
  core::check(reward_permille <= kFullReward, "a reward is at most the full one");
  const double kept = config_.discount_permille / 1000.0;
  for (auto& [name, each] : arms_) {
    each.earned *= kept;
    each.missed *= kept;
  }
  Arm& played = arms_[arm];
  played.earned += reward_permille / 1000.0;
  played.missed += (kFullReward - reward_permille) / 1000.0;
}

std::string Bandit::arm_of(const MemberEntry& agent) const {
  if (config_.arms == ArmKind::kAgent) {
    return std::to_string(agent.node.value);
  }
  std::string arm;
  for (const std::string& capability : agent.capabilities) {
    arm += (arm.empty() ? "" : "+") + capability;
  }
  return arm;
}

std::uint32_t Bandit::reward_of(const Result& result) const {
  if (result.outcome != Outcome::kDone) {
    return 0;
  }
  return config_.reward == RewardKind::kSuccess
             ? kFullReward
             : std::min<std::uint32_t>(result.score_permille, kFullReward);
}

double Bandit::mean(const std::string& arm) const {
  const Arm each = known(arm);
  return each.earned / (each.earned + each.missed);
}

}  // namespace swarm
