#include "monitor/half_space_trees.h"

#include <gtest/gtest.h>

#include "core/codec.h"

namespace monitor {
namespace {

// Two metrics that go together: a rate and a load of about half the rate.
class Trees : public testing::Test {
 protected:
  std::vector<double> ordinary() {
    const double rate = 40 + 10 * stream.unit();
    return {rate, rate / 2 + stream.unit()};
  }
  Opinion observe(const std::vector<double>& point) { return trees.observe(point); }

  num::Stream stream{1, 0, num::purpose_of("monitor.test.trees")};
  HalfSpaceTrees trees{{{0, 100}, {0, 100}}};
};

TEST_F(Trees, SayNothingBeforeTwoWindows) {
  for (int i = 0; i < 500; ++i) {
    EXPECT_FALSE(observe(ordinary()).ready);
  }
  EXPECT_TRUE(observe(ordinary()).ready);
}

TEST_F(Trees, AnEmptyRegionIsStranger) {
  for (int i = 0; i < 600; ++i) {
    observe(ordinary());
  }
  const Opinion usual = observe({45, 23});
  const Opinion strange = observe({90, 10});
  EXPECT_FALSE(usual.anomalous);
  EXPECT_TRUE(strange.anomalous);
  EXPECT_GT(strange.score, usual.score);
}

TEST_F(Trees, APointIsJudgedBeforeItCounts) {
  for (int i = 0; i < 600; ++i) {
    observe(ordinary());
  }
  const double first = observe({90, 10}).score;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(observe({90, 10}).score, first);
  }
}

// The known weakness: what fills a window becomes ordinary.
TEST_F(Trees, AClusterThatFillsAWindowBecomesOrdinary) {
  for (int i = 0; i < 500; ++i) {
    observe(ordinary());
  }
  EXPECT_TRUE(observe({90, 10}).anomalous);
  for (int i = 0; i < 520; ++i) {
    observe({90, 10});
  }
  EXPECT_FALSE(observe({90, 10}).anomalous);
}

TEST_F(Trees, AreAValueThatASeedDecides) {
  HalfSpaceTrees same{{{0, 100}, {0, 100}}};
  EXPECT_EQ(trees, same);
  HalfSpaceOptions other;
  other.seed = 2;
  EXPECT_NE(trees, HalfSpaceTrees({{0, 100}, {0, 100}}, other));
  observe(ordinary());
  EXPECT_NE(trees, same);
  EXPECT_NE(core::digest(trees), core::digest(same));
}

}  // namespace
}  // namespace monitor
