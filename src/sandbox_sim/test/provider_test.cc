#include "sandbox_sim/provider.h"

#include <gtest/gtest.h>

#include <set>

namespace sandbox_sim {
namespace {

using sandbox::SandboxState;

class SilentMachine : public world::Machine {
 public:
  void step(const world::Event&, world::Context&, world::Effects&) override {}
  [[nodiscard]] std::uint64_t digest() const override { return 1; }
};

// Knows which nodes run, and tells the provider like a driver does.
class Site : public world::Host {
 public:
  explicit Site(ProviderConfig config) : provider(config, surroundings()) {}

  void boot(const world::NodeSpec& spec, world::Program) override {
    up.insert(spec.id);
    tell(spec.id, world::make_trace(world::NodeBooted{}));
  }
  void halt(world::NodeId node, world::HaltReason reason) override {
    up.erase(node);
    tell(node, world::make_trace(world::NodeHalted{reason}));
  }
  void restart(world::NodeId node) override {
    up.insert(node);
    tell(node, world::make_trace(world::NodeBooted{}));
  }
  void tell(world::NodeId node, world::TraceRecord record) {
    provider.receive({now, node, world::Incarnation(1), std::move(record)});
  }

  sandbox::Timed<sandbox::SandboxInfo> create(const std::string& token = {},
                                              core::Duration lifetime = core::hours(1)) {
    sandbox::SandboxSpec spec;
    spec.lifetime = lifetime;
    spec.metadata["pool"] = "momentum";
    if (!token.empty()) {
      spec.metadata["token"] = token;
    }
    return provider.create({spec});
  }
  // Creates one and waits until it runs.
  sandbox::SandboxId ready(core::Duration lifetime = core::hours(1)) {
    const auto made = create({}, lifetime);
    now += made.latency;
    return made.outcome.value().id;
  }
  sandbox::Exec program(sandbox::SandboxId id) {
    sandbox::Exec exec;
    exec.sandbox = id;
    exec.command = {"agent"};
    exec.background = true;
    return exec;
  }

  core::Time now = core::at(core::seconds(10));
  std::set<world::NodeId> up;
  std::uint32_t last_node = 0;
  SimProvider provider;

 private:
  Surroundings surroundings() {
    Surroundings made;
    made.now = [this] { return now; };
    made.host = this;
    made.launch = [this](const sandbox::SandboxInfo&,
                         const sandbox::Exec&) -> core::Result<Launch> {
      Launch launch;
      launch.node.id = world::NodeId(++last_node);
      launch.program = [] { return std::make_unique<SilentMachine>(); };
      return launch;
    };
    return made;
  }
};

std::vector<sandbox::SandboxInfo> all(Site& site) {
  return site.provider.list({}).outcome.value().sandboxes;
}

TEST(SimProvider, TimesEveryStageOfAColdStart) {
  ProviderConfig config;
  config.seed = 7;
  Site site(config);
  const auto made = site.create();
  const sandbox::SandboxInfo info = made.outcome.value();
  ASSERT_EQ(info.stages.size(), 4U);
  core::Duration sum{};
  for (const sandbox::StageTime& stage : info.stages) {
    sum += stage.took;
  }
  EXPECT_EQ(sum, made.latency);
  EXPECT_EQ(info.stages[0].took, core::Duration::zero());
  EXPECT_GT(info.stages[3].took, core::Duration::zero());
  EXPECT_EQ(all(site).front().state, SandboxState::kStarting);
  site.now += made.latency;
  EXPECT_EQ(all(site).front().state, SandboxState::kRunning);
}

TEST(SimProvider, DrawsStartTimesWithTheStatedMedianAndPercentile) {
  ProviderConfig config;
  config.seed = 3;
  config.place = config.fetch = {};
  config.boot = {core::seconds(2), core::seconds(5)};
  config.most_sandboxes = config.concurrent_starts = 2000;
  Site site(config);
  for (int i = 0; i < 2000; ++i) {
    static_cast<void>(site.create());
  }
  site.now += core::hours(1) - core::seconds(1);
  const auto times = site.provider.start_times();
  ASSERT_EQ(times.size(), 2000U);
  EXPECT_NEAR(core::to_seconds(times[1000]), 2.0, 0.1);
  EXPECT_NEAR(core::to_seconds(times[1900]), 5.0, 0.5);
}

TEST(SimProvider, MakesOneSandboxForOneToken) {
  Site site({});
  const auto first = site.create("momentum-3");
  site.now += core::milliseconds(1);
  const auto second = site.create("momentum-3");
  EXPECT_EQ(first.outcome->id, second.outcome->id);
  EXPECT_EQ(second.latency, first.latency - core::milliseconds(1));
  EXPECT_EQ(all(site).size(), 1U);
  static_cast<void>(site.provider.kill({first.outcome->id}));
  EXPECT_NE(site.create("momentum-3").outcome->id, first.outcome->id);
}

TEST(SimProvider, LetsStartsWaitForAPlaceAndRefusesBeyondItsRoom) {
  ProviderConfig config;
  config.place = config.fetch = {};
  config.boot = {core::seconds(1), core::seconds(1)};
  config.concurrent_starts = 2;
  config.most_sandboxes = 5;
  Site site(config);
  std::vector<core::Duration> latencies;
  for (int i = 0; i < 5; ++i) {
    latencies.push_back(site.create().latency);
  }
  const std::vector<core::Duration> in_pairs = {
      core::seconds(1), core::seconds(1), core::seconds(2), core::seconds(2), core::seconds(3)};
  EXPECT_EQ(latencies, in_pairs);
  EXPECT_EQ(site.create().outcome.error().code, core::Code::kExhausted);
}

TEST(SimProvider, ClaimsWarmSandboxesRefillsThemAndFallsBackToAColdStart) {
  ProviderConfig config;
  config.warm_sandboxes = 2;
  Site site(config);
  site.provider.prepare();
  EXPECT_TRUE(all(site).empty()) << "nobody has asked for the warm ones yet";
  site.now += core::minutes(1);
  for (int i = 0; i < 2; ++i) {
    const auto claimed = site.create();
    EXPECT_TRUE(claimed.outcome->warm);
    EXPECT_LT(claimed.latency, core::milliseconds(200));
  }
  EXPECT_FALSE(site.create().outcome->warm) << "the replacements are not ready yet";
  site.now += core::minutes(1);
  EXPECT_TRUE(site.create().outcome->warm);
  EXPECT_EQ(site.provider.warm_claims(), 3U);
}

TEST(SimProvider, FailsAsManyStartsAsItIsToldTo) {
  ProviderConfig config;
  config.seed = 5;
  config.start_failure = num::Probability::percent(30);
  config.most_sandboxes = config.concurrent_starts = 1000;
  Site site(config);
  int failed = 0;
  for (int i = 0; i < 1000; ++i) {
    failed += site.create().outcome.has_value() ? 0 : 1;
  }
  EXPECT_NEAR(failed, 300, 45);
  site.now += core::minutes(1);
  EXPECT_EQ(all(site).size(), 1000U - static_cast<std::size_t>(failed));
  EXPECT_EQ(site.provider.failed_starts(), static_cast<std::uint64_t>(failed));
  EXPECT_EQ(site.provider.lifetimes().size(), 1000U) << "failed starts cost too";
}

TEST(SimProvider, EndsTheProgramWithTheLifetimeUnlessItIsRenewed) {
  Site site({});
  const auto id = site.ready(core::seconds(30));
  ASSERT_TRUE(site.provider.exec(site.program(id)).outcome.has_value());
  site.now += core::seconds(20);
  ASSERT_TRUE(site.provider.set_timeout({id, core::seconds(30)}).outcome.has_value());
  site.now += core::seconds(20);
  site.provider.settle();
  EXPECT_EQ(site.up.size(), 1U);
  site.now += core::seconds(15);
  site.provider.settle();
  EXPECT_TRUE(site.up.empty());
  const Lifetime life = site.provider.lifetimes().front();
  EXPECT_EQ(life.info.end_reason, sandbox::EndReason::kExpired);
  EXPECT_EQ(*life.ended_at, site.now.time_since_epoch() - core::seconds(5));
}

TEST(SimProvider, SeesAProgramThatDiedAtItsMemoryLimit) {
  Site site({});
  const auto id = site.ready();
  ASSERT_TRUE(site.provider.exec(site.program(id)).outcome.has_value());
  EXPECT_EQ(all(site).front().program, sandbox::ProgramState::kRunning);
  site.halt(world::NodeId(1), world::HaltReason::kOutOfMemory);
  EXPECT_EQ(all(site).front().program, sandbox::ProgramState::kOutOfMemory);
  EXPECT_EQ(all(site).front().state, SandboxState::kRunning) << "the sandbox itself is whole";
}

TEST(SimProvider, StartsAProgramAgainOnTheDiskThatItLeft) {
  Site site({});
  const auto id = site.ready();
  ASSERT_TRUE(site.provider.exec(site.program(id)).outcome.has_value());
  EXPECT_FALSE(site.provider.exec(site.program(id)).outcome.has_value()) << "it runs already";
  site.halt(world::NodeId(1), world::HaltReason::kCrash);
  ASSERT_TRUE(site.provider.exec(site.program(id)).outcome.has_value());
  EXPECT_EQ(site.up, std::set{world::NodeId(1)}) << "the same node, not another";
}

TEST(SimProvider, KeepsTheDiskWithinItsLimitAndForksIt) {
  Site site({});
  sandbox::SandboxSpec spec;
  spec.disk_bytes = 10;
  const auto made = site.provider.create({spec});
  site.now += made.latency;
  const auto id = made.outcome->id;
  ASSERT_TRUE(site.provider.write_file({id, "/a", core::Bytes(8)}).outcome.has_value());
  EXPECT_EQ(site.provider.write_file({id, "/b", core::Bytes(3)}).outcome.error().code,
            core::Code::kExhausted);
  const auto image = site.provider.snapshot({id}).outcome.value().snapshot;
  const auto copy = site.provider.fork_sandbox({image, spec});
  site.now += copy.latency;
  EXPECT_EQ(site.provider.read_file({copy.outcome->id, "/a"}).outcome->content.size(), 8U);
  EXPECT_FALSE(site.provider.read_file({copy.outcome->id, "/b"}).outcome.has_value());
}

TEST(SimProvider, PausesAndResumesAProgram) {
  Site site({});
  const auto id = site.ready();
  ASSERT_TRUE(site.provider.exec(site.program(id)).outcome.has_value());
  ASSERT_TRUE(site.provider.pause({id}).outcome.has_value());
  EXPECT_TRUE(site.up.empty());
  EXPECT_FALSE(site.provider.metrics({id}).outcome.has_value());
  ASSERT_TRUE(site.provider.resume({id}).outcome.has_value());
  EXPECT_EQ(site.up.size(), 1U);
}

}  // namespace
}  // namespace sandbox_sim
