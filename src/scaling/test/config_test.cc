// What a configuration must be, and what its refusal says.
#include "scaling/config.h"

#include <gmock/gmock.h>

#include <functional>

#include "core/codec.h"
#include "pool.h"

namespace scaling {
namespace {

using core::seconds;
using testing::HasSubstr;

Config sound() {
  Config config;
  config.metrics = {{"utilisation", Unit::kFraction, {600, Unit::kFraction}}};
  config.concurrency = ConcurrencyRule{};
  config.forecast = ForecastRule{};
  config.volatility = VolatilityRule{Unit::kVolatilityPercentAYear,
                                     {15'000, Unit::kVolatilityPercentAYear},
                                     {35'000, Unit::kVolatilityPercentAYear},
                                     {10'000, Unit::kVolatilityPercentAYear},
                                     {30'000, Unit::kVolatilityPercentAYear}};
  return config;
}

struct Mistake {
  std::function<void(Config&)> make;
  std::string words;
};

TEST(ScalingConfig, WithEveryRuleIsAccepted) {
  EXPECT_TRUE(validate(sound()).has_value());
}

TEST(ScalingConfig, RefusesWhatCannotWork) {
  const std::vector<Mistake> mistakes = {
      {[](Config& c) { c.least = 11; }, "the bounds 11 to 10"},
      {[](Config& c) { c.most = 0; }, "the bounds 1 to 0"},
      {[](Config& c) { c = Config{}; }, "there is no rule"},
      {[](Config& c) { c.metrics[0].target.thousandths = 0; }, "has the target 0 fraction"},
      {[](Config& c) { c.metrics[0].unit = Unit::kPercent; }, "state both in one unit"},
      {[](Config& c) { c.concurrency->target_permille = 0; }, "the concurrency target"},
      {[](Config& c) { c.concurrency->tasks_per_agent_milli = 0; }, "tasks at a time"},
      {[](Config& c) { c.concurrency->panic_permille = 1'000; }, "the panic threshold"},
      {[](Config& c) { c.concurrency->panic_window = seconds(61); }, "longer than the stable"},
      {[](Config& c) { c.concurrency->fastest_shrink = 1; }, "must be at least 2"},
      {[](Config& c) { c.forecast->bin = seconds(0); }, "the forecast bin is 0 s"},
      {[](Config& c) { c.forecast->season_bins = 1; }, "a season has 2"},
      {[](Config& c) { c.forecast->quantile_permille = 1'000; }, "the forecast quantile"},
      {[](Config& c) { c.volatility->unit = Unit::kVolatilityFractionABar; },
       "volatility_fraction_a_bar"},
      {[](Config& c) { c.volatility->shrink_low.thousandths = 20'000; }, "must not be above"},
      {[](Config& c) { c.volatility->grow_high.thousandths = 15'000; }, "must ascend"},
      {[](Config& c) { c.tolerance.down_permille = 1'000; }, "the tolerance down"},
      {[](Config& c) { c.stabilise_down = seconds(-1); }, "stabilise_down is -1 s"},
      {[](Config& c) { c.cooldown_down = seconds(-2); }, "cooldown_down is -2 s"},
      {[](Config& c) {
         c.up = {0, 100, seconds(15)};
       },
       "the pace up would never move"},
      {[](Config& c) {
         c.exit = {0, 0, seconds(15)};
       },
       "out of a panic would never move"},
  };
  for (const Mistake& mistake : mistakes) {
    Config config = sound();
    mistake.make(config);
    const auto result = validate(config);
    ASSERT_FALSE(result.has_value()) << mistake.words;
    EXPECT_THAT(result.error().message, HasSubstr(mistake.words));
  }
}

TEST(ScalingConfig, UnitsHaveNames) {
  for (std::uint8_t value = 0; value <= static_cast<std::uint8_t>(last_value(Unit{})); ++value) {
    const auto unit = static_cast<Unit>(value);
    EXPECT_EQ(unit_named(name_of(unit)), unit);
  }
  EXPECT_EQ(unit_named("agents"), std::nullopt);
  EXPECT_EQ(text_of({-25'300, Unit::kPercent}), "-25.3 percent");
  EXPECT_EQ(text_of({7, Unit::kTasks}), "0.007 tasks");
}

TEST(ScalingConfig, RulesHaveNames) {
  std::set<std::string_view> names;
  for (std::uint8_t value = 0; value <= static_cast<std::uint8_t>(last_value(Rule{})); ++value) {
    names.insert(name_of(static_cast<Rule>(value)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last_value(Rule{})) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(ScalingConfig, TheStateOfAScalerSurvivesItsEncoding) {
  Pool pool(sound(), 3);
  pool.volatility = Quantity{22'000, Unit::kVolatilityPercentAYear};
  pool.run(seconds(100), [](double second) { return 3 + second / 20; });
  const auto again = core::decode<Scaler>(core::encode(pool.scaler()));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, pool.scaler());
}

}  // namespace
}  // namespace scaling
