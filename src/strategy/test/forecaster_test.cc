// The forecaster against series whose structure is planted, and the strategy that trades on it.
#include "strategy/forecaster.h"

#include <gtest/gtest.h>

#include "core/codec.h"
#include "fixture.h"
#include "num/math.h"
#include "num/stream.h"

namespace strategy {
namespace {

// x[t] = weight * x[t-1] + noise.
class Planted {
 public:
  explicit Planted(double weight, std::uint64_t seed = 31)
      : weight_(weight), stream_(seed, 0, num::purpose_of("planted")) {}
  double next() { return last_ = weight_ * last_ + stream_.normal(); }
  void change(double weight) { weight_ = weight; }

 private:
  double weight_;
  double last_ = 0;
  num::Stream stream_;
};

TEST(Forecaster, LearnsAnExactRecursionToTheLastDigit) {
  // x[t] = 1 + 0.5 x[t-1] - 0.25 x[t-2], kept moving by values that follow on nothing.
  ForecasterConfig config;
  config.warmup = 0;
  config.forgetting_millionths = kMillion;
  Forecaster model(config);
  num::Stream stream(30, 0, num::purpose_of("starts"));
  for (int i = 0; i < 200; ++i) {
    const double first = 10 * stream.normal();
    const double second = 10 * stream.normal();
    model.interrupt();
    model.observe(first);
    model.observe(second);
    model.observe(1 + 0.5 * second - 0.25 * first);
  }
  EXPECT_NEAR(model.coefficients()[0], 1, 1e-4);
  EXPECT_NEAR(model.coefficients()[1], 0.5, 1e-5);
  EXPECT_NEAR(model.coefficients()[2], -0.25, 1e-5);
  model.interrupt();
  model.observe(8);
  EXPECT_EQ(model.forecast(), std::nullopt) << "one value does not fill two lags";
  model.observe(4);
  EXPECT_NEAR(*model.forecast(), 1, 1e-3);
}

TEST(Forecaster, BeatsTheNaiveForecastByWhatThereIsToKnow) {
  // With a weight of 0.6 the noise is 1 and the series' deviation 1 / sqrt(1 - 0.36) = 1.25, so the
  // best that anybody can do is 0.8 of the naive error.
  Forecaster model;
  Planted series(0.6);
  for (int i = 0; i < 5'000; ++i) {
    model.observe(series.next());
  }
  EXPECT_NEAR(static_cast<double>(*model.error().ratio_millionths()), 800'000, 40'000);
  EXPECT_NEAR(model.coefficients()[1], 0.6, 0.1);
  EXPECT_NEAR(model.error().model_deviation(), 1, 0.1);
  EXPECT_EQ(model.error().judged, 5'000U - 30U - 2U);
}

TEST(Forecaster, OnPureNoiseItIsNoBetterAndSaysSo) {
  int better = 0;
  std::int64_t sum = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Forecaster model;
    Planted noise(0, seed);
    for (int i = 0; i < 2'000; ++i) {
      model.observe(noise.next());
    }
    const std::int64_t ratio = *model.error().ratio_millionths();
    EXPECT_NEAR(static_cast<double>(ratio), 1e6, 40'000);
    better += ratio < kMillion ? 1 : 0;
    sum += ratio;
  }
  EXPECT_GT(sum, 20 * kMillion) << "what is fitted to noise costs out of sample";
  EXPECT_LT(better, 10);
}

TEST(Forecaster, AChangedRegimeIsLearntAnew) {
  Forecaster model;
  Planted series(0.7);
  for (int i = 0; i < 2'000; ++i) {
    model.observe(series.next());
  }
  EXPECT_GT(model.coefficients()[1], 0.5);
  series.change(-0.7);
  for (int i = 0; i < 1'000; ++i) {
    model.observe(series.next());
  }
  EXPECT_LT(model.coefficients()[1], -0.5);
  EXPECT_LT(*model.error().ratio_millionths(), 850'000);
}

TEST(Forecaster, NothingIsForecastWhileItOnlyLearns) {
  ForecasterConfig config;
  config.lags = 1;
  config.warmup = 3;
  Forecaster model(config);
  for (const double value : {1.0, 2.0, 1.0}) {
    model.observe(value);
    EXPECT_EQ(model.forecast(), std::nullopt);
  }
  model.observe(2.0);
  EXPECT_TRUE(model.forecast().has_value());
  EXPECT_EQ(model.error().judged, 0U);
  EXPECT_EQ(model.error().ratio_millionths(), std::nullopt);
  model.observe(1.0);
  EXPECT_EQ(model.error().judged, 1U);
}

TEST(Forecaster, SurvivesConstantAndWildSeriesWithFiniteNumbers) {
  Forecaster model;
  num::Stream stream(32, 0, num::purpose_of("wild"));
  for (int i = 0; i < 20'000; ++i) {
    const bool wild = i / 1'000 % 2 == 1;
    model.observe(wild ? 1e300 * stream.normal() : 0.0);
    for (const double coefficient : model.coefficients()) {
      ASSERT_TRUE(coefficient - coefficient == 0) << "after " << i << " values";
    }
  }
  const auto copy = core::decode<Forecaster>(core::encode(model)).value();
  EXPECT_EQ(copy, model);
  // The same bits at every optimisation level and on every processor.
  Forecaster plain;
  Planted series(0.3);
  for (int i = 0; i < 500; ++i) {
    plain.observe(series.next());
  }
  EXPECT_EQ(core::digest(plain), 14435265660759744874U);
}

TEST(Forecaster, ConfigurationsThatCannotWorkAreRefused) {
  ForecasterConfig config;
  config.lags = 0;
  EXPECT_FALSE(validate(config).has_value());
  config.lags = kMaximumLags + 1;
  EXPECT_NE(validate(config).error().message.find("lags"), std::string::npos);
  config = {};
  config.forgetting_millionths = kMillion + 1;
  EXPECT_NE(validate(config).error().message.find("forgetting"), std::string::npos);
}

// Prices whose log returns are planted with `weight`, about 20 basis points each.
void play(Desk& desk, Planted& series, double& price, int ticks) {
  for (int i = 0; i < ticks; ++i) {
    price *= num::exp(0.002 * series.next());
    desk.tick({static_cast<std::int64_t>(price)});
  }
}

Forecast forecast_parameters() {
  Forecast parameters;
  parameters.trading.window_points = 20;
  return parameters;
}

TEST(ForecastStrategy, EarnsOnReturnsThatFollowEachOther) {
  Desk desk;
  State state;
  Planted series(0.5);
  double price = 1e6;
  for (int i = 0; i < 2'000; ++i) {
    play(desk, series, price, 1);
    desk.fill(decide(forecast_parameters(), state, desk.observation()));
  }
  EXPECT_GT(state.orders, 200U);
  EXPECT_GT(equity(desk.observation())->micros,
            desk.observation().capital.micros + market::dollars(100'000).micros);
  const ForecastError error = forecast_error(state);
  EXPECT_GT(error.judged, 1'900U);
  EXPECT_NEAR(static_cast<double>(*error.ratio_millionths()), 866'000, 40'000);
}

TEST(ForecastStrategy, HoldsNothingWhileItIsNoBetterThanTheNaiveForecast) {
  Desk desk;
  State state;
  Planted noise(0);
  double price = 1e6;
  int without_edge = 0;
  for (int i = 0; i < 1'000; ++i) {
    play(desk, noise, price, 1);
    const Decision decision = decide(forecast_parameters(), state, desk.observation());
    without_edge += decision.reason == Reason::kNoEdge ? 1 : 0;
    desk.fill(decision);
  }
  EXPECT_GT(without_edge, 800);
}

TEST(ForecastStrategy, APointTeachesOnceAndPointsBetweenDecisionsAreTakenUp) {
  Desk often_desk;
  State often;
  State rarely;
  Planted series(0.5);
  double price = 1e6;
  for (int i = 0; i < 300; ++i) {
    play(often_desk, series, price, 1);
    static_cast<void>(decide(forecast_parameters(), often, often_desk.observation()));
    static_cast<void>(decide(forecast_parameters(), often, often_desk.observation()));
    if (i % 10 == 9) {
      static_cast<void>(decide(forecast_parameters(), rarely, often_desk.observation()));
    }
  }
  EXPECT_EQ(often.learnt, rarely.learnt);
}

TEST(ForecastStrategy, InstrumentsAreLearntApart) {
  Desk desk(2);
  State state;
  for (std::int64_t i = 0; i < 100; ++i) {
    desk.tick({10'000 + i, 20'000 - i % 7});
    static_cast<void>(decide(forecast_parameters(), state, desk.observation()));
    Observation turned = desk.observation();
    std::swap(turned.instruments[0], turned.instruments[1]);
    static_cast<void>(decide(forecast_parameters(), state, turned));
  }
  ASSERT_EQ(state.learnt.size(), 2U);
  EXPECT_NE(state.learnt.at(kFirst).model, state.learnt.at(kSecond).model);
}

}  // namespace
}  // namespace strategy
