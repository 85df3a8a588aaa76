#include "lab/cost.h"

#include <gmock/gmock.h>

#include <cmath>

namespace lab {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPrices =
    "# read them again\n"
    "provider,read_on,dollars_per_vcpu_s,dollars_per_gib_s,source\n"
    "e2b,2026-08,0.000014,0.0000045,a page, with a comma\n"
    "free,2026-08,0,0,nobody\n";

sandbox_sim::Lifetime lifetime(int asked_s, std::optional<int> ended_s) {
  sandbox_sim::Lifetime life;
  life.info.asked_at = core::seconds(asked_s);
  if (ended_s) {
    life.ended_at = core::seconds(*ended_s);
  }
  return life;  // 2 vCPUs and 1 GiB
}

core::Time at_second(int seconds) {
  return core::at(core::seconds(seconds));
}

TEST(Cost, TenSandboxesForAnHourCostWhatTheProvidersPageSays) {
  const auto prices = price_of(kPrices, "e2b");
  ASSERT_TRUE(prices) << prices.error().message;
  const std::vector<Allocation> held(10, {core::hours(1), 2, 1ULL << 30U});
  EXPECT_EQ(cost_picodollars(held, *prices), 1'170'000'000'000) << "$1.17";
  EXPECT_EQ(prices->text(),
            "e2b, read 2026-08: $0.000014 per vCPU-s and $0.0000045 per GiB-s (a page, with a "
            "comma)");
}

TEST(Cost, IdleWarmAndFailedSandboxesArePaidForLikeThoseAtWork) {
  sandbox_sim::Lifetime at_work = lifetime(0, std::nullopt);
  at_work.node = world::NodeId(1);
  sandbox_sim::Lifetime warm = lifetime(0, std::nullopt);
  warm.pooled = true;  // never claimed, runs no program
  const sandbox_sim::Lifetime failed = lifetime(10, 13);
  const auto held = allocations({at_work, warm, failed}, at_second(0), at_second(100));
  Metrics metrics;
  measure_cost(held, core::seconds(100), 1000, price_of(kPrices, "e2b").value(), metrics);
  EXPECT_EQ(metrics["sandbox_seconds"], 203);
  EXPECT_NEAR(metrics["cost_per_1k"], 203 * (2 * 0.000014 + 0.0000045), 1e-9);
  EXPECT_NEAR(metrics["waste"], 1 - 100.0 / 406, 1e-9);
}

TEST(Cost, CountsOnlyWhatFallsIntoTheTimeThatIsMeasured) {
  const auto held = allocations({lifetime(0, 30), lifetime(50, 80), lifetime(90, std::nullopt)},
                                at_second(20), at_second(60));
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].held, core::seconds(10));
  EXPECT_EQ(held[1].held, core::seconds(10));
}

TEST(Cost, OfNoTaskDoneIsBeyondEveryBound) {
  Metrics metrics;
  measure_cost({{core::seconds(10), 2, 0}}, {}, 0, price_of(kPrices, "e2b").value(), metrics);
  EXPECT_TRUE(std::isinf(metrics.at("cost_per_1k")));
  EXPECT_EQ(metrics["waste"], 1);
}

TEST(Cost, RefusesAFileThatIsNoPriceList) {
  EXPECT_THAT(price_of(kPrices, "nobody").error().message, HasSubstr("they have: e2b, free"));
  EXPECT_THAT(price_of("provider\ne2b,2026-08,1\n", "e2b").error().message, HasSubstr("line 2"));
  EXPECT_FALSE(price_of("p\ne2b,2026-08,-1,0,x\n", "e2b"));
  EXPECT_FALSE(price_of("p\ne2b,2026-08,1e5,0,x\n", "e2b"));
  EXPECT_FALSE(price_of("p\ne2b,,1,0,x\n", "e2b")) << "prices without a date are no prices";
}

}  // namespace
}  // namespace lab
