#include "lab/alert_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/trace.h"

namespace lab {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr world::NodeId kController(40);

core::Time at_s(std::int64_t second) {
  return core::at(core::seconds(second));
}

class AlertLogStory : public testing::Test {
 protected:
  template <class T>
  void controller_says(std::int64_t second, const T& payload) {
    log.receive({at_s(second), kController, world::Incarnation(1), world::make_trace(payload)});
  }
  // An alert of a member's failure rate; the controller's own clock is behind by some seconds.
  void raised(std::int64_t second) {
    alert.raised = at_s(second - 7);
    alert.cleared.reset();
    controller_says(second, control::AlertChanged{alert});
  }
  void cleared(std::int64_t second) {
    alert.cleared = at_s(second - 7);
    alert.worst = 600;
    controller_says(second, control::AlertChanged{alert});
  }
  static FaultRecord fault(std::int64_t began, std::int64_t ended) {
    FaultRecord record;
    record.began = at_s(began);
    record.ended = at_s(ended);
    return record;
  }
  monitor::Alert alert{monitor::Kind::kFailureRate, {world::NodeId(3), {}}, {}, {}, 400, 400, 150};
  AlertLog log;
};

TEST_F(AlertLogStory, ARunWithoutAControllerHasNoNumbers) {
  EXPECT_THAT(log.metrics({fault(10, 20)}), IsEmpty());
}

TEST_F(AlertLogStory, AnAlertIsOneRecordFromRaisedToCleared) {
  raised(12);
  cleared(40);
  raised(60);
  ASSERT_THAT(log.alerts(), SizeIs(2));
  const AlertRecord& first = log.alerts()[0];
  EXPECT_EQ(first.raised, at_s(12));
  EXPECT_EQ(first.cleared, at_s(40));
  EXPECT_EQ(first.node, world::NodeId(3));
  EXPECT_EQ(first.subject, "member 3");
  EXPECT_EQ(first.text, "failure rate 40.0 % is above 15.0 %");
  EXPECT_EQ(first.worst, 600U);
  EXPECT_EQ(log.alerts()[1].cleared, std::nullopt);
}

TEST_F(AlertLogStory, AlertsAreHeldAgainstTheFaultsOfThePlan) {
  raised(5);  // before any fault
  cleared(8);
  raised(12);  // in the fault
  cleared(30);
  raised(35);  // in its aftermath
  cleared(38);
  raised(60);  // long after
  const Metrics metrics = log.metrics({fault(10, 20)});
  EXPECT_EQ(metrics.at("alerts"), 4);
  EXPECT_EQ(metrics.at("alerts_unexplained"), 2);
  EXPECT_EQ(metrics.at("alert_delay"), 2);
}

TEST_F(AlertLogStory, AFaultThatNobodyNoticedHasNoDelay) {
  raised(60);
  EXPECT_FALSE(log.metrics({fault(10, 20)}).contains("alert_delay"));
}

TEST_F(AlertLogStory, AnomaliesAndHealthStandOnTheTimeAxis) {
  monitor::Anomaly anomaly;
  anomaly.metric = monitor::Metric::kLatency;
  anomaly.value = 85;
  anomaly.score = 12;
  anomaly.limit = 4;
  controller_says(15, control::AnomalyBegan{anomaly});
  controller_says(16, control::HealthChanged{{monitor::Health::kCritical, "it burns"}});
  ASSERT_THAT(log.milestones(), SizeIs(2));
  EXPECT_EQ(log.milestones()[0].text,
            "swarm: latency 85.0 is unlike its past (12.0 deviations, 4.0 are usual)");
  EXPECT_EQ(log.milestones()[1].text, "finds the swarm critical: it burns");
  EXPECT_EQ(log.metrics({}).at("anomalies_unexplained"), 1);
}

}  // namespace
}  // namespace lab
