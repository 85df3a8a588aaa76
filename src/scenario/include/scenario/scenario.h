// A scenario: everything that one run of a swarm needs to know, as plain values.
//
// load.h makes these from a YAML file: every default is filled in, every `runs:` entry and every
// `sweep:` value is merged, and everything that can be checked without running has been checked. A
// Scenario therefore is complete and consistent, and says nothing about the world it runs in.
// Units: core::Duration for time, thousandths of a task per second for rates, bytes for sizes, and
// parts per million (ppm) for percentages. Comments give the default and, where it is not plain,
// the reason. Names in the file are the names returned by name_of().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fields.h"
#include "core/time.h"
#include "scenario/adaptation.h"
#include "scenario/graph.h"
#include "scenario/policies.h"
#include "scenario/regions.h"
#include "scenario/ring.h"

namespace scenario {

inline constexpr std::int64_t kMillion = 1'000'000;

enum class TopologyKind : std::uint8_t { kMesh, kHierarchical, kStar, kRing, kCustom };
// The deployment patterns: four topologies, policies over one, and any graph of one's own.
enum class Pattern : std::uint8_t {
  kMesh,
  kHierarchical,
  kStar,
  kRing,
  kAutoScaling,
  kMultiStrategy,
  kBlueGreen,
  kCanary,
  kCustom,
  kSummary,  // no pattern of its own: a comparison of the others, each run with its own topology
};
enum class Policy : std::uint8_t {
  kRoundRobin,
  kLeastLoaded,
  kPowerOfTwo,
  kSpecialised,
  kJoint,
  kAdaptive,
};
enum class Strategy : std::uint8_t {
  kMomentum,
  kMeanReversion,
  kPairs,
  kArbitrage,
  kRisk,
  kForecast,
  kPortfolio,
};
enum class Arrivals : std::uint8_t { kPoisson, kConstant };
enum class Spread : std::uint8_t { kFixed, kExponential, kLognormal };
enum class FallbackKind : std::uint8_t { kNone, kAny, kCapability };
enum class FaultKind : std::uint8_t {
  kCrash,
  kHang,
  kSlowCpu,
  kCpuSpike,
  kMemoryLeak,
  kLoss,
  kDelay,
  kDuplicate,
  kReorder,
  kCorrupt,
  kBandwidth,
  kPartition,
  kIsolate,
  kClog,
  kDiskError,
  kDiskFull,
  kDiskSlow,
  kClockOffset,
  kClockDrift,
  kClockStep,
  kRegionLoss,
};
enum class DiskFate : std::uint8_t { kKeep, kLose, kTear };
enum class TargetKind : std::uint8_t {
  kNode,     // the node of that name: an agent or the client
  kLeader,   // the leader of the group when the fault starts
  kHub,      // star: the node named hub
  kWorker,   // a random agent that does not lead; each such fault draws its own, by the seed
  kStandby,  // a random standby, by the seed
  kVenue,
  kAll,       // every agent and coordinator
  kAssignee,  // the node named by the probe; only with `on`
};
enum class Probe : std::uint8_t {
  kOffered,
  kAccepted,
  kAssigned,
  kPersisted,
  kOrdered,
  kFilled,
  kReplied,
  kBecameLeader,
};
enum class Comparison : std::uint8_t { kAtMost, kAtLeast };
enum class Spof : std::uint8_t { kNone, kPartial, kCritical };
// schedule.h says what each is.
enum class Schedule : std::uint8_t {
  kNone,
  kS0,
  kS0s,
  kS1,
  kS1s,
  kS2,
  kS3,
  kCapacity,
  kS0Own,
  kS1Own,
  kScalability
};

constexpr TopologyKind last_value(TopologyKind) {
  return TopologyKind::kCustom;
}
constexpr Pattern last_value(Pattern) {
  return Pattern::kSummary;
}
constexpr Policy last_value(Policy) {
  return Policy::kAdaptive;
}
constexpr Strategy last_value(Strategy) {
  return Strategy::kPortfolio;
}
constexpr Arrivals last_value(Arrivals) {
  return Arrivals::kConstant;
}
constexpr Spread last_value(Spread) {
  return Spread::kLognormal;
}
constexpr FallbackKind last_value(FallbackKind) {
  return FallbackKind::kCapability;
}
constexpr FaultKind last_value(FaultKind) {
  return FaultKind::kRegionLoss;
}
constexpr DiskFate last_value(DiskFate) {
  return DiskFate::kTear;
}
constexpr TargetKind last_value(TargetKind) {
  return TargetKind::kAssignee;
}
constexpr Probe last_value(Probe) {
  return Probe::kBecameLeader;
}
constexpr Comparison last_value(Comparison) {
  return Comparison::kAtLeast;
}
constexpr Spof last_value(Spof) {
  return Spof::kCritical;
}
constexpr Schedule last_value(Schedule) {
  return Schedule::kScalability;
}

// The word for the value in a scenario file: "power_of_two".
std::string_view name_of(TopologyKind kind);
std::string_view name_of(Pattern pattern);
std::string_view name_of(Policy policy);
std::string_view name_of(Strategy strategy);
std::string_view name_of(Arrivals arrivals);
std::string_view name_of(Spread spread);
std::string_view name_of(FallbackKind kind);
std::string_view name_of(FaultKind kind);
std::string_view name_of(DiskFate fate);
std::string_view name_of(TargetKind kind);
std::string_view name_of(Probe probe);
std::string_view name_of(Comparison comparison);
std::string_view name_of(Spof spof);
std::string_view name_of(Schedule schedule);

// Who links to whom, and who votes. Loaded topologies satisfy: standbys < agents; voters odd and at
// most the members; hierarchical and star: voters = 1 + standbys; ring: 3 voters;
// election_timeout > 2 x heartbeat.
struct Topology {
  TopologyKind kind = TopologyKind::kMesh;  // the pattern's
  // Hierarchical: candidates among the workers; star: standbys among the spokes; mesh: always 0.
  // 2 where there are more than two agents, else 0.
  std::uint32_t standbys = 0;
  std::uint32_t voters = 5;  // mesh: the largest odd number <= min(5, agents); else 1 + standbys
  core::Duration heartbeat = core::milliseconds(50);
  core::Duration election_timeout = core::milliseconds(300);  // T: each node draws from [T, 2T)
  std::optional<RingSpec> ring;                               // exactly in a ring
  std::uint32_t fan_out = 0;  // hierarchical: of the leader and each sub-leader; 0: no sub-leaders
  std::optional<GraphSpec> graph;  // exactly in a custom topology
  MUSTER_FIELDS(Topology, kind, standbys, voters, heartbeat, election_timeout, ring, fan_out, graph)
};

// A decision taken by several agents together. members/2 < quorum <= members <= agents, and
// claims_losses <= members - quorum.
struct Joint {
  std::uint32_t members = 3;  // 3, or the number of agents if that is less
  std::uint32_t quorum = 2;   // floor(members / 2) + 1
  core::Duration timeout = core::milliseconds(500);
  std::uint32_t claims_losses = 0;  // how many lost members the scenario claims to survive
  MUSTER_FIELDS(Joint, members, quorum, timeout, claims_losses)
};

struct Dispatch {
  Policy policy = Policy::kLeastLoaded;
  core::Duration attempt_timeout = core::milliseconds(800);
  std::uint32_t max_attempts = 5;
  std::uint32_t in_flight_per_agent = 4;  // above it tasks wait in the leader's queue
  std::uint32_t queue = 1000;             // above it offers are shed
  std::optional<Joint> joint;             // exactly with policy joint
  std::optional<Adaptive> adaptive;       // exactly with policy adaptive
  MUSTER_FIELDS(Dispatch, policy, attempt_timeout, max_attempts, in_flight_per_agent, queue, joint,
                adaptive)
};

// What each node gets.
struct Sandbox {
  std::uint32_t vcpu = 2;
  std::uint64_t memory_bytes = 1ULL << 30U;
  std::int64_t speed_ppm = kMillion;
  core::Duration step_cost = core::microseconds(5);  // CPU time of one event, beside declared work
  std::uint32_t inbox = 10000;                       // events that may wait; above it they are lost
  Provisioning provisioning;
  MUSTER_FIELDS(Sandbox, vcpu, memory_bytes, speed_ppm, step_cost, inbox, provisioning)
};

// Agents of one kind, named <name>-1 to <name>-<size>. Default: one pool `momentum` of five.
struct Pool {
  std::string name;
  std::uint32_t size = 1;
  Strategy strategy = Strategy::kMomentum;
  std::vector<std::string> capabilities;  // default: the strategy's name
  std::int64_t speed_ppm = kMillion;      // times the sandbox's speed
  std::uint32_t version = 1;
  std::int64_t entry_ppm = kMillion / 2;  // the signal at which the strategy enters
  std::optional<Defect> defect;
  MUSTER_FIELDS(Pool, name, size, strategy, capabilities, speed_ppm, version, entry_ppm, defect)
};

// The work that a task declares, beside the strategy's decision and the order's round trip.
struct Service {
  core::Duration cpu = core::milliseconds(5);
  core::Duration wait = core::milliseconds(20);
  Spread spread = Spread::kFixed;  // of both; cpu and wait are the means
  MUSTER_FIELDS(Service, cpu, wait, spread)
};

// The client asks again, with the same task id.
struct Retry {
  core::Duration timeout = core::milliseconds(400);
  std::uint32_t attempts = 8;  // in all, the first one included
  MUSTER_FIELDS(Retry, timeout, attempts)
};

// Where a task goes when no agent has what its class requires.
struct Fallback {
  FallbackKind kind = FallbackKind::kNone;
  std::string capability;  // with kCapability; some pool declares it
  MUSTER_FIELDS(Fallback, kind, capability)
};

struct TaskClass {
  std::string name;
  std::uint32_t share = 1;                // of the sum of all shares
  std::vector<std::string> capabilities;  // key `requires`: all of them; empty: any agent
  Fallback fallback;
  MUSTER_FIELDS(TaskClass, name, share, capabilities, fallback)
};

struct Workload {
  Arrivals arrivals = Arrivals::kPoisson;
  std::int64_t rate_millitasks_per_s = 50'000;
  std::vector<RateStep> steps;         // changes of the rate, ascending
  std::optional<Follows> follows;      // instead of rate and steps
  std::optional<std::uint64_t> tasks;  // none: as many as arrive within the duration
  core::Duration deadline = core::seconds(1);
  Service service;
  Retry retry;
  std::vector<TaskClass> classes;  // default: one class `trade` that any agent takes
  MUSTER_FIELDS(Workload, arrivals, rate_millitasks_per_s, steps, follows, tasks, deadline, service,
                retry, classes)
};

// A made-up price path. With `fit` its drift and volatility are those of that series; without,
// drift is zero and volatility is as stated.
struct Synthetic {
  std::string fit;                        // a key of ScenarioFile::series, or empty
  std::uint64_t fit_digest = 0;           // of the file's text
  std::int64_t correlation_ppm = 0;       // with the first instrument, -100 % to 100 %
  std::int64_t volatility_ppm = 200'000;  // a year; only without `fit`
  std::vector<Regime> regimes;            // ascending; only without `fit`
  MUSTER_FIELDS(Synthetic, fit, fit_digest, correlation_ppm, volatility_ppm, regimes)
};

// Exactly one of `series` and `synthetic` is set; a synthetic symbol is SYN<n>, a real one never
// is.
struct Instrument {
  std::string symbol;
  std::string series;               // a key of ScenarioFile::series, or empty
  std::uint64_t series_digest = 0;  // of the file's text
  std::optional<Synthetic> synthetic;
  core::Duration bar = core::hours(24);         // market time that one bar of the series covers
  core::Duration bar_lasts = core::seconds(2);  // time of the run in which it is played
  MUSTER_FIELDS(Instrument, symbol, series, series_digest, synthetic, bar, bar_lasts)
};

struct Market {
  core::Duration tick = core::milliseconds(100);
  std::vector<Instrument> instruments;          // default: SYN1 without `fit`
  std::int64_t position_limit_shares = 10'000;  // an agent's
  std::int64_t loss_limit_dollars = 1'000'000;  // an agent's
  std::int64_t cash_dollars = 10'000'000;       // an agent's, at the start
  std::uint32_t fee_basis_points = 1;           // of the notional
  MUSTER_FIELDS(Market, tick, instruments, position_limit_shares, loss_limit_dollars, cash_dollars,
                fee_basis_points)
};

// What sandboxes cost: one provider's row of a dated file (lab/cost.h).
struct Prices {
  std::string file;  // a key of ScenarioFile::series
  std::uint64_t file_digest = 0;
  std::string provider;
  MUSTER_FIELDS(Prices, file, file_digest, provider)
};

struct Target {
  TargetKind kind = TargetKind::kNode;
  std::string name;  // with kNode
  MUSTER_FIELDS(Target, kind, name)
};

// The nth time that the probe is passed, from the start of the run.
struct Trigger {
  Probe probe = Probe::kOffered;
  std::uint64_t nth = 1;
  MUSTER_FIELDS(Trigger, probe, nth)
};

// One planned fault. Only the members that its kind names below mean anything; the others keep
// their defaults. Exactly one of `at` and `on` is set.
struct Fault {
  FaultKind kind = FaultKind::kCrash;
  Target target;                     // not for partition
  std::optional<core::Duration> at;  // since the start, before the duration's end
  std::optional<Trigger> on;
  std::optional<core::Duration> lasts;  // key `for`; none: to the end of the run
  DiskFate disk = DiskFate::kKeep;      // crash
  std::int64_t speed_ppm = 100'000;     // slow_cpu: of the node's speed
  std::int64_t load_ppm = kMillion;     // cpu_spike: of every vCPU
  std::int64_t bytes_per_s = 0;         // memory_leak (`rate`), bandwidth (`rate`): no default
  std::int64_t probability_ppm = 0;     // loss, duplicate, reorder, corrupt: no default
  std::int64_t correlation_ppm = 0;     // loss: of neighbouring messages of a link
  core::Duration mean{};                // delay: no default
  core::Duration jitter{};              // delay: 0
  core::Duration window =
      core::milliseconds(10);                   // reorder: a message is held back at most so long
  std::vector<std::vector<std::string>> sides;  // partition: node names, each in one side only
  bool one_way = false;                         // partition: only first to later sides is cut;
                                                // isolate: only what the target sends is cut
  bool members_only = false;                    // isolate: client and venue still reach both sides
  core::Duration latency{};                     // disk_slow: added to each write; no default
  core::Duration offset{};             // clock_offset, clock_step: may be negative; no default
  std::int64_t drift_ppm = 0;          // clock_drift: may be negative; no default
  std::string region;                  // region_loss: its name
  RegionFate fate = RegionFate::kCut;  // region_loss
  MUSTER_FIELDS(Fault, kind, target, at, on, lasts, disk, speed_ppm, load_ppm, bytes_per_s,
                probability_ppm, correlation_ppm, mean, jitter, window, sides, one_way,
                members_only, latency, offset, drift_ppm, region, fate)
};

// A metric (metrics.h) against a bound. Without `of` the bound is in millionths of the metric's
// unit (1 s = 1'000'000, 90 % = 900'000, 50/s = 50'000'000). With `of` it is a share in ppm of that
// other metric, which is taken from the run `of_run`, or from the same run where that is empty.
struct Check {
  std::string metric;
  Comparison comparison = Comparison::kAtMost;
  std::int64_t bound_millionths = 0;
  std::string of;
  std::string of_run;
  MUSTER_FIELDS(Check, metric, comparison, bound_millionths, of, of_run)
};

// Only the checks that apply to this run: those without a `run` key, or with this run's name.
struct Checks {
  std::vector<Check> requirements;  // decided per run, at n = 1
  std::vector<Check> objectives;    // judged with an interval over many runs
  std::optional<Spof> expect_spof;  // the single point of failure that the case documents
  MUSTER_FIELDS(Checks, requirements, objectives, expect_spof)
};

struct Budget {
  std::uint64_t events = 20'000'000;         // a run that needs more is stopped: unfinished
  core::Duration drain = core::seconds(20);  // after the offered load, for what is still open
  MUSTER_FIELDS(Budget, events, drain)
};

// One run, fully resolved.
struct Scenario {
  std::string name;                  // slug [a-z0-9-]{1,64}; the file's stem
  std::string run;                   // the name in `runs:`, or the sweep's value as written; `base`
  Pattern pattern = Pattern::kMesh;  // the preset; one that is a topology is topology.kind
  std::string case_name;             // key `case`: for display; the name
  std::string description;
  core::Duration duration = core::seconds(30);  // of the offered load; then the run drains
  core::Duration warm_up{};                     // of the duration: what no number counts
  Schedule schedule = Schedule::kNone;          // if not none: faults, duration and warm_up are its
  std::string arm;                              // what is compared: `run` without the schedule
  std::string component;                        // S2: what is lost; empty before it is known
  bool full = false;                            // too long for every day: only when asked for
  Topology topology;
  Dispatch dispatch;
  Sandbox sandbox;
  std::vector<Pool> pools;  // at least one agent in all
  std::optional<Scaling> scaling;
  std::optional<Rollout> rollout;
  std::optional<Upgrade> upgrade;
  Workload workload;
  Market market;
  std::optional<Prices> prices;    // none: cost is not counted
  std::optional<Regions> regions;  // none: everybody in one place
  std::vector<Fault> faults;
  Checks checks;
  Budget budget;
  MUSTER_FIELDS(Scenario, name, run, pattern, case_name, description, duration, warm_up, schedule,
                arm, component, full, topology, dispatch, sandbox, pools, scaling, rollout, upgrade,
                workload, market, prices, regions, faults, checks, budget)
};

// One run per value of one key, and the metric to plot against it.
struct Sweep {
  std::string key;                  // "workload.rate"; list elements by index: "pools.0.size"
  std::vector<std::string> values;  // as written; each is the name of its run
  std::string metric;               // may be empty
  MUSTER_FIELDS(Sweep, key, values, metric)
};

struct ScenarioFile {
  Scenario base;               // the file without `runs:` and `sweep:`
  std::vector<Scenario> runs;  // in file order, then the sweep's; never empty; names differ
  std::optional<Sweep> sweep;
  std::uint64_t seeds = 1;                    // how many to run where nobody says
  std::map<std::string, std::string> series;  // text of every data file, by the path as written
  MUSTER_FIELDS(ScenarioFile, base, runs, sweep, seeds, series)
};

// The topology that a pattern brings: its own, or that under a policy, a star.
TopologyKind topology_of(Pattern pattern);

// The members that vote, by name, as every world will have them.
std::vector<std::string> voter_names(const Scenario& scenario);

// The run of that name, or null. The pointer lives as long as the file value is unchanged.
const Scenario* find_run(const ScenarioFile& file, std::string_view run);

// Whether a controller changes who is there while it runs.
bool is_changing(const Scenario& scenario);
// Whether the pool exists from the start; those of a rollout's new version do not.
bool is_founding(const Scenario& scenario, const Pool& pool);
// How many agents there are at a time at most, but for those that are on their way out.
std::uint32_t most_agents(const Scenario& scenario);
// Of the founding pools.
std::uint32_t agent_count(const Scenario& scenario);
// "momentum-1", ... of the founding pools, in pool order.
std::vector<std::string> agent_names(const Scenario& scenario);
// Members beside coordinator and agents that only pass messages on: "sub-leader-1", ... of a tree,
// enough for the most agents that there can be, or those that a custom topology names.
std::vector<std::string> relay_names(const Scenario& scenario);
// Coordinator, relays and agents, in the order of their nodes.
std::vector<std::string> member_names(const Scenario& scenario);
// "leader", "hub", or empty in a mesh, which has none.
std::string_view coordinator_name(TopologyKind kind);

// Names the fault schedule beside every number that was measured under it: equal for equal
// duration, drain and faults, or for the same version of the same standard schedule.
std::uint64_t schedule_digest(const Scenario& scenario);

}  // namespace scenario
