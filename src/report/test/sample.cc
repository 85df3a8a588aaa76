#include "sample.h"

#include <cmath>

#include "lab/deployment.h"

namespace report {
namespace {

constexpr std::size_t kBins = 300;

core::Time load_second(double seconds) {
  return core::at(lab::kSettle + core::milliseconds(static_cast<std::int64_t>(seconds * 1e3)));
}

// Five tasks in each bin; none is good while the fault lasts, and latency swings.
std::vector<lab::Bin> bins(std::size_t fault_from, std::size_t fault_to) {
  std::vector<lab::Bin> made(kBins);
  for (std::size_t i = 0; i < kBins; ++i) {
    const bool hurt = i >= fault_from && i < fault_to;
    const double wave = std::sin(static_cast<double>(i) / 9);
    made[i] = {static_cast<std::uint32_t>(5 + i % 3), static_cast<std::uint32_t>(5 + i % 3), 0};
    made[i].good = hurt ? 0 : made[i].due;
    made[i].latency_mean_s = hurt ? 0 : 0.03 + 0.004 * wave + (i == fault_to ? 0.2 : 0);
  }
  return made;
}

lab::FaultRecord crash(world::NodeId target) {
  lab::FaultRecord fault;
  fault.kind = "crash";
  fault.began = load_second(10);
  fault.ended = load_second(15);
  fault.targets = {target};
  fault.acted = 1;
  fault.on_leader = true;
  fault.detected = load_second(10.31);
  fault.decided = load_second(10.46);
  fault.recovered = load_second(10.9);
  fault.watched_until = load_second(30);
  return fault;
}

std::vector<check::Invariant> invariants(std::uint64_t violated) {
  check::Invariant leaders;
  leaders.name = "one_leader_per_term";
  leaders.checked = 2;
  check::Invariant shares;
  shares.name = "shares_conserved";
  shares.checked = 10'413;
  shares.violated = violated;
  if (violated > 0) {
    shares.first = {{load_second(12.5), world::NodeId{2}, "SYN1: 100 shares more than before"}};
  }
  check::Invariant isolated;
  isolated.name = "isolated_decide_nothing";
  isolated.applies = false;
  return {leaders, shares, isolated};
}

lab::RunResult star_run(std::uint64_t seed) {
  lab::RunResult run;
  run.scenario = "star-failover";
  run.run = "base";
  run.seed = seed;
  run.fingerprint = 0x00AB'54A9'8CEB'1F0A + seed;
  run.schedule = 0x1234;
  run.complete = true;
  run.virtual_s = 36.5;
  run.account = {2'000, 1'998, 2, 0, 0, 1'500, {}};
  run.node_names = {"hub",     "spoke-1", "spoke-2", "spoke-3",
                    "spoke-4", "spoke-5", "venue",   "client"};
  for (std::size_t i = 1; i <= 5; ++i) {
    run.links.push_back({"hub", run.node_names[i], true});
  }
  run.bins = bins(100, 106);
  run.faults = {crash(world::NodeId{1})};
  run.milestones = {{core::at(core::milliseconds(420)), world::NodeId{1}, "leads term 1"},
                    {load_second(10), {}, "crash begins"},
                    {load_second(10), world::NodeId{1}, "halts: crash"},
                    {load_second(10.46), world::NodeId{2}, "leads term 2"},
                    {load_second(15), world::NodeId{1}, "boots again"},
                    {load_second(15), {}, "crash ends"}};
  run.alerts = {{load_second(12), load_second(24.5), world::NodeId{2}, "member 2", "failure rate",
                 "failure rate 40.0 % is above 15.0 %", 400, 600, 150},
                {load_second(30),
                 {},
                 {},
                 "swarm",
                 "leader lost",
                 "leader lost 5.1 s is above 5.0 s",
                 5100,
                 5100,
                 5000}};
  run.invariants = invariants(0);
  run.checks = {{"lost at most 0", false, true, "0"},
                {"failover_time at most 2000 ms", false, true, "460 ms"},
                {"latency_p99 at most 100 ms", true, true, "52.25 ms"}};
  run.provenance = {"SYN1: synthetic, fit of data/index.csv (2015-01-02 to 2024-12-31)"};
  run.spof = "None";
  run.verdict = lab::Verdict::kPass;
  return run;
}

// Seven peers that each have a link to every other; one link was never proven.
lab::RunResult mesh_run(std::string variant) {
  lab::RunResult run = star_run(1);
  run.scenario = "mesh '$(reboot)";
  run.build = "5f0c2a91";
  run.run = std::move(variant);
  run.node_names.clear();
  run.links.clear();
  for (int i = 1; i <= 7; ++i) {
    run.node_names.push_back("momentum-" + std::to_string(i));
  }
  run.node_names[2] = kHostile;
  for (std::size_t low = 0; low < 7; ++low) {
    for (std::size_t high = low + 1; high < 7; ++high) {
      run.links.push_back({run.node_names[low], run.node_names[high], low != 2 || high != 5});
    }
  }
  run.faults.push_back(crash(world::NodeId{3}));
  run.faults.back().kind = kHostile;
  run.faults.back().began = load_second(20);
  run.faults.back().ended.reset();
  run.invariants = invariants(3);
  run.checks.push_back({std::string(kHostile) + " at most 0", false, false, "3"});
  run.provenance.emplace_back(kHostile);
  run.verdict = lab::Verdict::kFail;
  run.reason = "invariant shares_conserved violated 3 times";
  return run;
}

lab::CaseResult star_case() {
  lab::CaseResult result;
  result.pattern = "Star Topology";
  result.case_name = "The hub fails over to a standby";
  result.scenario = "star-failover";
  result.description =
      "The hub crashes in the middle of the load. A standby must lead within two seconds, no task "
      "may be lost or traded twice, and the old hub must come back as a member.";
  result.verdict = lab::Verdict::kPass;
  result.fingerprint = 0xFEED;
  result.virtual_s = 73;
  result.wall_s = 0.81;
  result.runs = {star_run(1), star_run(2)};
  result.runs[1].bins.clear();
  result.runs[1].alerts.clear();
  result.account = {4'000, 3'996, 4, 0, 0, 3'000, {}};
  result.metrics["goodput"] = {49.95, 49.8, 50.1, 20};
  result.metrics["reliability"] = {0.99999, {}, {}, 2};
  result.metrics["latency_p50"] = {0.0301234567891234, {}, {}, 2};
  result.metrics["latency_p99"] = {1.0 / 3, {}, {}, 2};
  result.metrics["recovery_time"] = {1.25, {}, {}, 2};
  result.metrics["offered"] = {2'000, {}, {}, 2};
  result.metrics["profit_loss"] = {-1'234.5, {}, {}, 2};
  result.metrics["share_ratio"] = {HUGE_VAL, {}, {}, 2};
  result.checks = {{"latency_p99", true, true, "observed: 0.3333, at most 1, n = 2"}};
  return result;
}

lab::CaseResult mesh_case() {
  lab::CaseResult result;
  result.pattern = "Mesh Topology";
  result.case_name = kHostile;
  result.scenario = kHostile;
  result.description = kHostile;
  result.verdict = lab::Verdict::kFail;
  result.reason = std::string("because of ") + std::string(kHostile);
  result.fingerprint = 7;
  result.virtual_s = 73;
  result.runs = {mesh_run("50/s"), mesh_run(std::string(kHostile))};
  result.account = {4'000, 3'990, 4, 3, 3, 3'000, {}};
  result.metrics["goodput"] = {12'345.678901234, {}, {}, 1};
  return result;
}

}  // namespace

lab::SuiteResult sample_suite() {
  lab::SuiteResult suite;
  suite.suite = "sample";
  suite.build = "5f0c2a91";
  suite.seed = 1;
  suite.seeds = 2;
  suite.fingerprint = 0xABCDEF;
  suite.wall_s = 1.5;
  suite.verdict = lab::Verdict::kFail;
  lab::CaseResult idle;
  idle.pattern = "Star Topology";
  idle.case_name = "Interrupted before it began";
  idle.verdict = lab::Verdict::kInconclusive;
  idle.reason = "interrupted";
  suite.cases = {star_case(), idle, mesh_case()};
  return suite;
}

std::vector<lab::StageResult> sample_stages() {
  return {{"collector", 1, 900, 0.021, 0.0425, 0.00025, 0.0612, 0.0755, 0.11, 24, 0, false},
          {std::string(kHostile), 2, 890, 0.062, 0.001, 0, 0.0631, 0.0702, 0.985, 8, 3, true}};
}

}  // namespace report
