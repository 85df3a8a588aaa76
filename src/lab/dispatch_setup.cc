#include "dispatch_setup.h"

namespace lab {
namespace {

swarm::Policy policy_of(scenario::Policy policy) {
  switch (policy) {
    case scenario::Policy::kRoundRobin:
      return swarm::Policy::kRoundRobin;
    case scenario::Policy::kPowerOfTwo:
      return swarm::Policy::kPowerOfTwo;
    case scenario::Policy::kSpecialised:
      return swarm::Policy::kSpecialised;
    case scenario::Policy::kAdaptive:
      return swarm::Policy::kAdaptive;
    case scenario::Policy::kLeastLoaded:
    case scenario::Policy::kJoint:
      break;
  }
  return swarm::Policy::kLeastLoaded;
}

swarm::BanditConfig bandit_of(const scenario::Adaptive& adaptive) {
  swarm::BanditConfig config;
  config.arms = adaptive.arms == scenario::Arms::kAgent ? swarm::ArmKind::kAgent
                                                        : swarm::ArmKind::kCapability;
  config.reward = adaptive.reward == scenario::Reward::kProfit ? swarm::RewardKind::kProfit
                                                               : swarm::RewardKind::kSuccess;
  config.discount_permille = static_cast<std::uint32_t>(adaptive.discount_ppm / 1'000);
  config.floor_permille = static_cast<std::uint32_t>(adaptive.floor_ppm / 1'000);
  return config;
}

}  // namespace

swarm::DispatchConfig dispatch_of(const scenario::Dispatch& dispatch) {
  swarm::DispatchConfig config;
  config.policy = policy_of(dispatch.policy);
  config.in_flight_limit = dispatch.in_flight_per_agent;
  if (dispatch.adaptive) {
    config.bandit = bandit_of(*dispatch.adaptive);
  }
  return config;
}

}  // namespace lab
