// One run: a scenario and a seed, in the simulated world, measured and judged.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "check/account.h"
#include "check/invariant.h"
#include "lab/alert_log.h"
#include "lab/detector_bench.h"
#include "lab/measure.h"
#include "world_sim/simulation.h"

namespace lab {

enum class Verdict : std::uint8_t { kPass, kFail, kInconclusive };
constexpr Verdict last_value(Verdict) {
  return Verdict::kInconclusive;
}
constexpr std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"pass", "fail", "inconclusive"};
  return kNames[static_cast<std::size_t>(verdict)];
}

// A requirement or objective against what was measured.
struct CheckResult {
  std::string text;  // "lost at most 0"
  bool objective = false;
  bool passed = false;
  std::string observed;       // "0", or why there is nothing to compare
  bool inconclusive = false;  // an objective over enough seeds whose interval spans the bound
};

// Ten bins a second, for charts.
struct Bin {
  std::uint32_t due = 0;      // tasks intended in it
  std::uint32_t good = 0;     // of those, done within the deadline
  double latency_mean_s = 0;  // of those done
};

struct LinkPicture {
  std::string from;
  std::string to;
  bool proven = false;
};

// A stage of a ring: what it did with its items, and what it has least of.
struct StageResult {
  std::string name;          // of its pool
  std::uint64_t agents = 0;  // that did it in the end
  std::uint64_t items = 0;   // that it handed on or carried out
  double work_mean_s = 0;    // at work on an item, waiting for a CPU included
  double wait_mean_s = 0;    // from work done to sending: its turn, a credit, the breaker
  double hop_mean_s = 0;     // from sending to the next stage's having it; 0 for the last
  double latency_p50_s = 0;  // from taking an item until the next stage has it; of the last one
  double latency_p99_s = 0;  // until it is carried out
  double in_use = 0;         // of its places for items at work or its CPUs, the greater share
  std::uint64_t peak = 0;    // most items in one agent's hands
  std::uint64_t breaks = 0;  // times that a breaker of a link to it opened
  bool slow = false;         // the stage with the most in use: it limits the ring
};

// An agent: what it did and what that earned.
struct AgentResult {
  std::string name;
  std::string strategy;
  std::uint64_t tasks = 0;         // done in time, from the end of the warm-up on
  double profit_loss_dollars = 0;  // from its fills, marked at the last price
};

struct RunResult {
  std::string scenario;       // name of the file's scenario
  std::string run;            // variant
  std::string arm;            // what is compared: the variant without its schedule
  std::string schedule_name;  // "S1"; empty: none of the standard ones
  std::string component;      // S2: what was lost
  std::string found_as;       // what a command takes for the scenario; empty: its name
  std::string build;          // of the program that ran it; may be empty
  std::string edition;        // edition_of() the scenario; empty: of a record that has none
  std::uint64_t seed = 0;
  std::uint64_t fingerprint = 0;
  std::uint64_t schedule = 0;  // digest of the fault schedule
  world_sim::StopReason stopped = world_sim::StopReason::kTimeReached;
  bool complete = false;
  double virtual_s = 0;
  std::uint64_t events = 0;
  double wall_s = 0;  // filled in by the caller, outside the fingerprint

  check::Account account;
  Metrics metrics;
  std::vector<double> latencies_s;  // of tasks done, ascending
  std::vector<check::Invariant> invariants;
  std::vector<FaultRecord> faults;
  std::vector<Milestone> milestones;
  std::vector<AlertRecord> alerts;       // of a run with a controller
  std::vector<DetectorScore> detectors;  // likewise
  std::vector<Bin> bins;
  std::vector<LinkPicture> links;
  std::vector<StageResult> stages;      // of a ring, in order
  std::vector<AgentResult> agents;      // in the order of the scenario, then as they were created
  std::vector<std::string> node_names;  // by node id - 1
  std::vector<std::string> provenance;  // one line for each instrument
  std::vector<CheckResult> checks;      // those that one run decides; see judge()
  std::string prices;                   // what cost was counted with; empty: it was not
  std::string spof;                     // "None", "Critical": by structure
  std::string regions;                  // where it ran, see regions_text(); empty: in one place
  std::vector<std::string> spof_nodes;  // whose loss stops the swarm

  Verdict verdict = Verdict::kFail;
  std::string reason;

  // "name@seed#build.edition", or "name:variant@seed#build.edition": what replay and trace take. No
  // character of it needs quotes in a shell, unless the scenario is found as a path that has such.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::string_view node_name(world::NodeId node) const;
};

// Round trips between regions, and whether voters decide who goes on when one is cut off: "eu–us 80
// ms, …; quorum in three regions". Empty: everybody is in one place.
[[nodiscard]] std::string regions_text(const scenario::Scenario& scenario);

// A variant's name as it stands in a run's: letters, digits, '.', '_' and '-' as they are, any
// other character as '-'. "1200/s" is "1200-s".
[[nodiscard]] std::string variant_word(std::string_view variant);

// "3f2a91c0": a short digest of all that the scenario says, its data files included, so that a name
// tells whether the file behind it has changed. Programs of other builds may have another.
[[nodiscard]] std::string edition_of(const scenario::Scenario& scenario);

struct RunOptions {
  std::uint64_t seed = 1;
  std::function<bool()> interrupted;
  // For replays: see world_sim::Options.
  world_sim::Observer* observer = nullptr;
  core::Time observe_from{};
  core::Time observe_until = core::Time::max();
  world::TraceSink* sink = nullptr;
};

// kInvalid: the scenario cannot be deployed. What goes wrong in the run itself is in the result.
[[nodiscard]] core::Result<RunResult> run(const scenario::ScenarioFile& file,
                                          const scenario::Scenario& scenario,
                                          const RunOptions& options);

}  // namespace lab
