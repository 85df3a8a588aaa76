// When the members see each other alike again after a cut: stories of a trace.
#include "view_log.h"

#include <gtest/gtest.h>

#include "swarm/links.h"
#include "swarm/raft_trace.h"
#include "swarm/suspicion.h"

namespace lab {
namespace {

constexpr world::NodeId kOne(1);
constexpr world::NodeId kTwo(2);
constexpr world::NodeId kThree(3);

core::Time ms(std::int64_t milliseconds) {
  return core::at(core::milliseconds(milliseconds));
}

// A mesh of three whose first leads, whole and at peace.
class ViewStory : public testing::Test {
 protected:
  ViewStory() {
    for (const world::NodeId node : {kOne, kTwo, kThree}) {
      mesh.members.push_back({node, swarm::MemberRole::kWorker, true});
    }
  }
  void begin(const std::vector<std::string>& kinds) {
    log.emplace(mesh, kinds);
    for (const world::NodeId node : {kOne, kTwo, kThree}) {
      for (const world::NodeId peer : {kOne, kTwo, kThree}) {
        if (node != peer) {
          prove(0, node, peer);
        }
      }
    }
    at(0, kOne, swarm::LeaderReady{});
  }
  template <class T>
  void at(std::int64_t milliseconds, world::NodeId node, const T& payload) {
    log->receive({ms(milliseconds), node, world::Incarnation(1), world::make_trace(payload)});
  }
  void prove(std::int64_t milliseconds, world::NodeId node, world::NodeId peer) {
    at(milliseconds, node, swarm::LinkProven{peer, world::Incarnation(1)});
  }
  void lose(std::int64_t milliseconds, world::NodeId node, world::NodeId peer) {
    at(milliseconds, node, swarm::LinkLost{peer, world::Incarnation(1), {}});
  }
  void suspect(std::int64_t milliseconds, world::NodeId observer, world::NodeId member) {
    at(milliseconds, observer, swarm::Suspected{member, core::milliseconds(200)});
  }
  void trust(std::int64_t milliseconds, world::NodeId observer, world::NodeId member) {
    at(milliseconds, observer, swarm::Trusted{member, core::milliseconds(200)});
  }
  void begins(std::int64_t milliseconds, std::uint32_t fault, world::NodeId target) {
    at(milliseconds, {}, world::FaultStarted{fault, {target}});
  }
  void ends(std::int64_t milliseconds, std::uint32_t fault) {
    at(milliseconds, {}, world::FaultEnded{fault, 1});
  }
  double metric(std::string_view name) const {
    return log->metrics(ms(60'000)).at(std::string(name));
  }
  bool has_metric(std::string_view name) const {
    return log->metrics(ms(60'000)).contains(std::string(name));
  }

  swarm::Topology mesh;
  std::optional<ViewLog> log;
};

TEST_F(ViewStory, AgreesWhenTheLastLinkIsProvenFromBothEndsAndNobodyIsSuspected) {
  begin({"partition"});
  begins(1'000, 0, kThree);
  suspect(1'200, kOne, kThree);
  lose(4'000, kOne, kThree);
  lose(4'000, kThree, kOne);
  ends(5'000, 0);
  trust(5'050, kOne, kThree);
  prove(5'100, kOne, kThree);
  EXPECT_EQ(metric("views_apart"), 1) << "only one end has it";
  prove(5'130, kThree, kOne);
  EXPECT_DOUBLE_EQ(metric("view_convergence"), 0.13);
  EXPECT_EQ(metric("views_apart"), 0);
}

TEST_F(ViewStory, ASuspicionThatOutlivesTheHealKeepsViewsApart) {
  begin({"isolate"});
  begins(1'000, 0, kThree);
  suspect(1'200, kOne, kThree);
  ends(2'000, 0);
  trust(2'700, kOne, kThree);
  EXPECT_DOUBLE_EQ(metric("view_convergence"), 0.7);
}

TEST_F(ViewStory, WhoIsDownHasNoViewAndWhoSteppedDownNoSuspicions) {
  begin({"partition"});
  begins(1'000, 0, kThree);
  suspect(1'200, kOne, kTwo);
  lose(1'300, kTwo, kThree);
  at(1'400, kThree, world::NodeHalted{});
  at(1'500, kOne, swarm::SteppedDown{});
  ends(2'000, 0);
  at(2'300, kTwo, swarm::LeaderReady{});
  EXPECT_DOUBLE_EQ(metric("view_convergence"), 0.3);
}

TEST_F(ViewStory, TheNextCutEndsTheWaitAndTheLongestOfAllCounts) {
  begin({"partition", "partition"});
  begins(1'000, 0, kThree);
  lose(1'500, kTwo, kThree);
  ends(2'000, 0);
  begins(9'000, 1, kThree);
  ends(10'000, 1);
  prove(10'500, kTwo, kThree);
  EXPECT_DOUBLE_EQ(metric("view_convergence"), 7.0);
  EXPECT_EQ(metric("views_apart"), 1);
}

TEST_F(ViewStory, ASuspicionForWantOfCpuIsFalseAndCountsByTheHourOfStress) {
  begin({"cpu_spike", "crash"});
  EXPECT_FALSE(has_metric("false_suspicions_per_hour")) << "nobody was short of CPU";
  begins(1'000, 0, kTwo);
  suspect(1'500, kOne, kTwo);
  trust(1'600, kOne, kTwo);
  begins(2'000, 1, kThree);
  suspect(2'200, kOne, kThree);
  ends(4'600, 0);
  suspect(5'000, kOne, kTwo);
  EXPECT_DOUBLE_EQ(metric("false_suspicions_per_hour"), 1'000)
      << "one in 3.6 s: the crashed one's is right, the last one not of stress";
  EXPECT_FALSE(has_metric("view_convergence"));
}

}  // namespace
}  // namespace lab
