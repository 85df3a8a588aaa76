// The seam to reality: the same scenario file runs as processes and in the simulator, and the same
// judge reads both. In the processes the leader is killed with SIGKILL under load.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "check/account.h"
#include "check/checks.h"
#include "deployed.h"
#include "lab/run.h"
#include "swarm/raft_trace.h"
#include "swarm/trace.h"
#include "world_real/recording.h"

namespace system_test {
namespace {

using ::testing::Each;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr std::uint64_t kSeed = 7;
constexpr core::Time kPatience = core::at(core::seconds(50));  // only ends a broken test
constexpr core::Duration kEndPatience = core::seconds(5);

// Tasks as the client was to offer them.
class Offers : public world::TraceSink {
 public:
  void receive(const world::TraceEntry& entry) override {
    if (const auto offered = world::as<swarm::TaskOffered>(entry)) {
      offers[offered->task] = {offered->task_class, offered->service};
    }
  }
  std::map<swarm::TaskId, std::pair<std::uint32_t, core::Duration>> offers;
};

class SeamTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto loaded = load_scenario("seam.yaml");
    ASSERT_TRUE(loaded) << loaded.error().message;
    file_ = std::move(*loaded);
    scenario_ = scenario::find_run(file_, GetParam());
    ASSERT_NE(scenario_, nullptr);
    swarm_.emplace("seam.yaml", file_, GetParam(), kSeed);
  }

  [[nodiscard]] const world::Fault& kill() const { return swarm_->deployment().faults.front(); }
  [[nodiscard]] bool returns() const { return kill().duration > core::Duration{}; }
  [[nodiscard]] std::uint64_t tasks() const { return *scenario_->workload.tasks; }

  void await(const std::string& what, const std::function<bool()>& condition) {
    const auto waited = swarm_->wait_until(what, kPatience, condition);
    ASSERT_TRUE(waited) << waited.error().message;
  }

  void start(world::NodeId node) {
    const auto started = swarm_->start(node);
    ASSERT_TRUE(started) << started.error().message;
  }

  // The node that last came to lead and was let by the venue, other than `not_this`.
  [[nodiscard]] world::NodeId ready_leader(world::NodeId not_this = {}) const {
    swarm::Term term = 0;
    world::NodeId leader;
    for (const auto& [entry, ready] : swarm_->records<swarm::LeaderReady>()) {
      if (ready.term > term) {
        term = ready.term;
        leader = entry.node;
      }
    }
    return leader == not_this ? world::NodeId{} : leader;
  }

  [[nodiscard]] std::uint64_t answered() const {
    return swarm_->records<swarm::TaskAnswered>().size();
  }

  // Up to where the node knows the group's log to be committed in this incarnation.
  [[nodiscard]] swarm::Index known_commit(world::NodeId node, std::uint32_t incarnation) const {
    swarm::Index highest = 0;
    for (const world::TraceEntry& entry : swarm_->trace(node)) {
      if (entry.incarnation.value != incarnation) {
        continue;
      }
      if (const auto learned = world::as<swarm::CommitLearned>(entry)) {
        highest = std::max(highest, learned->index);
      } else if (const auto committed = world::as<swarm::Committed>(entry)) {
        highest = std::max(highest, committed->index);
      }
    }
    return highest;
  }

  void boot_all() {
    const lab::Deployment& deployment = swarm_->deployment();
    for (const lab::Node& node : deployment.nodes) {
      if (node.spec.id != deployment.client) {
        ASSERT_NO_FATAL_FAILURE(start(node.spec.id));
      }
    }
    ASSERT_NO_FATAL_FAILURE(await("a leader is ready", [this] { return bool(ready_leader()); }));
    ASSERT_NO_FATAL_FAILURE(start(deployment.client));
  }

  // Carries out the one fault of the plan: on its cue, and it counts as acted by the wait status.
  void kill_leader() {
    ASSERT_EQ(kill().kind, world::FaultKind::kCrash);
    ASSERT_EQ(kill().target.role, "leader");
    ASSERT_NO_FATAL_FAILURE(await("the kill is due", [this] {
      return std::ranges::count_if(swarm_->trace(), [this](const world::TraceEntry& entry) {
               return entry.record.kind == kill().trigger.on;
             }) >= kill().trigger.nth;
    }));
    killed_ = ready_leader();
    ASSERT_TRUE(killed_);
    const int status = swarm_->kill(killed_);
    killed_at_ = swarm_->now();
    acted_ += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 1 : 0;
    answered_at_kill_ = answered();
  }

  void let_it_return() {
    ASSERT_NO_FATAL_FAILURE(await(
        "the restart is due", [this] { return swarm_->now() >= killed_at_ + kill().duration; }));
    ASSERT_NO_FATAL_FAILURE(start(killed_));
  }

  void await_end() {
    ASSERT_NO_FATAL_FAILURE(await("every task is offered and answered or given up", [this] {
      const auto given_up = swarm_->records<swarm::TaskGivenUp>().size();
      return swarm_->records<swarm::TaskOffered>().size() == tasks() &&
             answered() + given_up >= tasks();
    }));
    if (returns()) {
      ASSERT_NO_FATAL_FAILURE(await("the restarted node has caught up", [this] {
        const auto committed = swarm_->records<swarm::Committed>();
        return !committed.empty() && known_commit(killed_, 2) >= committed.back().second.index;
      }));
    }
  }

  void end_all() {
    const auto statuses = swarm_->end_all(kEndPatience);
    EXPECT_THAT(statuses, SizeIs(swarm_->deployment().nodes.size() - (returns() ? 0 : 1)));
    EXPECT_THAT(statuses, Each(Pair(::testing::_, 0)));
  }

  // What really happened, with the fault as its trace: who killed a process knows of it, not the
  // process.
  [[nodiscard]] std::vector<world::TraceEntry> story() const {
    std::vector<world::TraceEntry> entries = swarm_->trace();
    const auto add = [&entries](core::Time at, world::NodeId node, world::TraceRecord record) {
      entries.push_back({at, node, world::Incarnation(1), std::move(record)});
    };
    add(killed_at_, {}, world::make_trace(world::FaultStarted{0, {killed_}}));
    add(killed_at_, killed_, world::make_trace(world::NodeHalted{world::HaltReason::kCrash}));
    if (returns()) {
      add(killed_at_ + kill().duration, {}, world::make_trace(world::FaultEnded{0, acted_}));
    }
    std::ranges::stable_sort(entries, {}, &world::TraceEntry::at);
    return entries;
  }

  scenario::ScenarioFile file_;
  const scenario::Scenario* scenario_ = nullptr;
  std::optional<Deployed> swarm_;
  world::NodeId killed_;
  core::Time killed_at_;
  std::uint64_t acted_ = 0;
  std::uint64_t answered_at_kill_ = 0;
};

check::CheckConfig check_config(const lab::Deployment& deployment,
                                const scenario::Scenario& scenario) {
  check::CheckConfig config;
  config.topology = deployment.topology;
  config.venue = deployment.venue;
  config.client = deployment.client;
  config.election_timeout = scenario.topology.election_timeout;
  config.faults = deployment.faults;
  config.expects_liveness = false;  // judged here by the account
  return config;
}

void judge(const std::vector<world::TraceEntry>& story, const lab::Deployment& deployment,
           const scenario::Scenario& scenario) {
  ASSERT_FALSE(story.empty());
  check::Accountant accountant(deployment.group, scenario.workload.deadline);
  check::Checks checks(check_config(deployment, scenario));
  for (const world::TraceEntry& entry : story) {
    accountant.receive(entry);
    checks.receive(entry);
  }
  const check::Account account = accountant.account(story.back().at);
  for (const check::Violation& finding : account.findings) {
    ADD_FAILURE() << finding.what;
  }
  EXPECT_EQ(account.offered, *scenario.workload.tasks);
  EXPECT_EQ(account.done + account.failed, account.offered);
  EXPECT_EQ(account.lost, 0U);
  EXPECT_EQ(account.duplicated, 0U);
  EXPECT_GT(account.traded, 0U);

  std::set<std::string> evaluated;
  for (const check::Invariant& invariant : checks.results()) {
    for (const check::Violation& violation : invariant.first) {
      ADD_FAILURE() << invariant.name << " at " << core::to_seconds(violation.at.time_since_epoch())
                    << " s: node " << violation.who.value << " " << violation.what;
    }
    EXPECT_EQ(invariant.violated, 0U) << invariant.name;
    if (invariant.checked > 0) {
      evaluated.insert(invariant.name);
    }
  }
  EXPECT_THAT(evaluated, ::testing::IsSupersetOf(
                             {"one_leader_per_term", "one_vote_per_term", "log_agreement",
                              "commits_durable_at_quorum", "leader_completeness",
                              "stale_terms_fenced", "one_order_per_key", "tasks_end_once",
                              "cash_conserved", "shares_conserved", "price_time_priority"}));
}

// What each process did on real time, executed again in this one.
void re_execute(const Deployed& swarm) {
  for (const lab::Node& node : swarm.deployment().nodes) {
    for (const auto& path : swarm.recordings(node.spec.id)) {
      const auto steps = world_real::replay_recording(path, node.program);
      ASSERT_TRUE(steps) << steps.error().message;
      EXPECT_GT(*steps, 10U) << path;
    }
  }
}

// The simulator runs the file too: the same tasks, the same fault, the same account.
void compare_with_simulator(const Offers& real, const scenario::ScenarioFile& file,
                            const scenario::Scenario& scenario) {
  Offers simulated;
  lab::RunOptions options;
  options.seed = kSeed;
  options.sink = &simulated;
  const auto result = lab::run(file, scenario, options);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(simulated.offers, real.offers);
  EXPECT_EQ(result->account.offered, *scenario.workload.tasks);
  EXPECT_EQ(result->account.lost, 0U);
  EXPECT_EQ(result->account.duplicated, 0U);
  EXPECT_EQ(result->faults.front().acted, 1U);
}

TEST_P(SeamTest, AKilledLeaderLosesNothingAndDuplicatesNothing) {
  ASSERT_EQ(swarm_->deployment().topology.voters().size(), 5U);
  ASSERT_NO_FATAL_FAILURE(boot_all());
  ASSERT_NO_FATAL_FAILURE(kill_leader());
  EXPECT_EQ(acted_, 1U) << "the fault did not act";
  EXPECT_GT(answered_at_kill_, 0U);
  EXPECT_LT(answered_at_kill_, tasks());
  ASSERT_NO_FATAL_FAILURE(
      await("another leader is ready", [this] { return bool(ready_leader(killed_)); }));
  if (returns()) {
    ASSERT_NO_FATAL_FAILURE(let_it_return());
  }
  ASSERT_NO_FATAL_FAILURE(await_end());
  end_all();

  const std::vector<world::TraceEntry> happened = story();
  judge(happened, swarm_->deployment(), *scenario_);
  re_execute(*swarm_);
  Offers real;
  for (const world::TraceEntry& entry : happened) {
    real.receive(entry);
  }
  compare_with_simulator(real, file_, *scenario_);
}

INSTANTIATE_TEST_SUITE_P(Kills, SeamTest, ::testing::Values("returns", "stays-dead"),
                         [](const auto& variant) {
                           return std::string(variant.param) == "returns" ? "AndComesBack"
                                                                          : "AndStaysDead";
                         });

}  // namespace
}  // namespace system_test
