#include "tables.h"

#include "bounds.h"
#include "scenario/load.h"
#include "tables_fault.h"
#include "tables_policies.h"
#include "tables_regions.h"
#include "tables_swarm.h"
#include "tables_workload.h"

namespace scenario {
namespace {

constexpr Key kSweepValue{
    .shape = Shape::kText, .meaning = "a value of the key", .low = 1, .high = 64};
constexpr Key kSweep[] = {
    {.name = "key",
     .shape = Shape::kText,
     .meaning = "a path like workload.rate or pools.0.size",
     .low = 1,
     .high = 200,
     .required = true},
    {.name = "values",
     .shape = Shape::kList,
     .meaning = "one run each, named by it",
     .low = 1,
     .high = kMaxRuns,
     .element = &kSweepValue,
     .required = true},
    {.name = "metric", .shape = Shape::kMetric, .meaning = "to plot against it; default: none"},
};

constexpr Key kScheduleName{
    .shape = Shape::kWord, .meaning = "a standard schedule", .words = words_of<Schedule>};
constexpr Key kSchedules[] = {
    {.name = "quick",
     .shape = Shape::kList,
     .meaning = "those of every day",
     .low = 1,
     .high = 16,
     .element = &kScheduleName,
     .required = true},
    {.name = "full",
     .shape = Shape::kList,
     .otherwise = "[]",
     .meaning = "those that are run when --full asks for them",
     .low = 0,
     .high = 16,
     .element = &kScheduleName},
};

constexpr Key kPrices[] = {
    {.name = "file",
     .shape = Shape::kText,
     .meaning = "a dated file of prices",
     .low = 1,
     .high = kPathMost,
     .required = true},
    {.name = "provider", .shape = Shape::kName, .meaning = "whose row of it", .required = true},
};

// The first five are of the file; the others may also stand in a run.
constexpr Key kFile[] = {
    {.name = "name", .shape = Shape::kSlug, .meaning = "default: the file's stem"},
    {.name = "runs",
     .shape = Shape::kRuns,
     .meaning =
         "variants by name, each laid over the file: maps merge, lists and values replace, null "
         "takes a key away; default: one run, base"},
    {.name = "sweep",
     .shape = Shape::kObject,
     .meaning = "further runs: one per value of one key",
     .keys = kSweep},
    {.name = "schedules",
     .shape = Shape::kObject,
     .meaning = "each run once under each of these, named RUN.SCHEDULE; default: as it stands",
     .keys = kSchedules},
    {.name = "seeds",
     .shape = Shape::kInteger,
     .otherwise = "1",
     .meaning = "how many seeds where nobody says; fewer than 20 judge no objective",
     .low = 1,
     .high = 1'000'000},
    {.name = "pattern",
     .shape = Shape::kWord,
     .otherwise = "mesh",
     .meaning =
         "a topology, or a policy over one; a policy's default topology is star, and that of "
         "summary, which compares patterns",
     .words = words_of<Pattern>},
    {.name = "case",
     .shape = Shape::kText,
     .meaning = "the name to display; default: name",
     .low = 1,
     .high = 200},
    {.name = "description",
     .shape = Shape::kText,
     .meaning = "one or two sentences; default: none",
     .low = 0,
     .high = kTextMost},
    {.name = "duration",
     .shape = Shape::kDuration,
     .otherwise = "30s",
     .meaning = "of the offered load; then the run drains",
     .low = kMs,
     .high = kDays30},
    {.name = "warm_up",
     .shape = Shape::kDuration,
     .otherwise = "0s",
     .meaning = "of the duration: its beginning, which no number counts",
     .low = 0,
     .high = kDays30},
    {.name = "schedule",
     .shape = Shape::kWord,
     .otherwise = "none",
     .meaning = "a standard fault schedule, which brings faults, duration and warm_up",
     .words = words_of<Schedule>},
    {.name = "topology",
     .shape = Shape::kObject,
     .meaning = "who links to whom",
     .keys = kTopology},
    {.name = "dispatch", .shape = Shape::kObject, .meaning = "who gets a task", .keys = kDispatch},
    {.name = "sandbox",
     .shape = Shape::kObject,
     .meaning = "what each node gets",
     .keys = kSandbox},
    {.name = "pools",
     .shape = Shape::kList,
     .otherwise = "[{name: momentum, size: 5}]",
     .meaning = "the agents",
     .low = 1,
     .high = 256,
     .element = &kPoolElement},
    {.name = "scaling",
     .shape = Shape::kObject,
     .meaning = "a pool's size follows the load; default: it does not",
     .keys = kScaling},
    {.name = "rollout",
     .shape = Shape::kObject,
     .meaning = "a new version takes over; default: none",
     .keys = kRollout},
    {.name = "upgrade",
     .shape = Shape::kObject,
     .meaning = "new coordinators take over, one at a time; default: none",
     .keys = kUpgrade},
    {.name = "workload", .shape = Shape::kObject, .meaning = "what is offered", .keys = kWorkload},
    {.name = "market", .shape = Shape::kObject, .meaning = "what is traded", .keys = kMarket},
    {.name = "prices",
     .shape = Shape::kObject,
     .meaning = "what sandboxes cost; default: it is not counted",
     .keys = kPrices},
    {.name = "regions",
     .shape = Shape::kObject,
     .meaning = "who is where; default: all in one place",
     .keys = kRegions},
    {.name = "faults",
     .shape = Shape::kList,
     .otherwise = "[]",
     .meaning = "what breaks, and when",
     .low = 0,
     .high = kListMost,
     .element = &kFaultElement},
    {.name = "checks", .shape = Shape::kObject, .meaning = "what must hold", .keys = kChecks},
    {.name = "budget",
     .shape = Shape::kObject,
     .meaning = "where a run is stopped",
     .keys = kBudget},
};
constexpr std::size_t kFileOnly = 5;

}  // namespace

KeyList file_keys() {
  return kFile;
}

KeyList run_keys() {
  KeyList keys = kFile;
  keys.data += kFileOnly;
  keys.size -= kFileOnly;
  return keys;
}

FaultRule fault_rule(FaultKind kind) {
  FaultRule rule{.kind = kind, .targeted = true, .required = {}, .optional = {}};
  switch (kind) {
    case FaultKind::kCrash:
      rule.optional = {"disk"};
      break;
    case FaultKind::kSlowCpu:
      rule.optional = {"speed"};
      break;
    case FaultKind::kCpuSpike:
      rule.optional = {"load"};
      break;
    case FaultKind::kMemoryLeak:
    case FaultKind::kBandwidth:
      rule.required = {"rate"};
      break;
    case FaultKind::kLoss:
      rule.required = {"probability"};
      rule.optional = {"correlation"};
      break;
    case FaultKind::kDuplicate:
    case FaultKind::kCorrupt:
      rule.required = {"probability"};
      break;
    case FaultKind::kReorder:
      rule.required = {"probability"};
      rule.optional = {"window"};
      break;
    case FaultKind::kDelay:
      rule.required = {"mean"};
      rule.optional = {"jitter"};
      break;
    case FaultKind::kPartition:
      rule.targeted = false;
      rule.required = {"sides"};
      rule.optional = {"one_way"};
      break;
    case FaultKind::kIsolate:
      rule.optional = {"one_way", "members_only"};
      break;
    case FaultKind::kDiskSlow:
      rule.required = {"latency"};
      break;
    case FaultKind::kClockOffset:
    case FaultKind::kClockStep:
      rule.required = {"offset"};
      break;
    case FaultKind::kClockDrift:
      rule.required = {"ppm"};
      break;
    case FaultKind::kRegionLoss:
      rule.targeted = false;
      rule.required = {"region"};
      rule.optional = {"fate"};
      break;
    case FaultKind::kHang:
    case FaultKind::kClog:
    case FaultKind::kDiskError:
    case FaultKind::kDiskFull:
      break;
  }
  if (rule.targeted) {
    rule.required.insert(rule.required.begin(), "target");
  }
  return rule;
}

std::vector<std::string> fault_keys(const FaultRule& rule) {
  std::vector<std::string> keys{"kind", "at", "on", "for"};
  keys.insert(keys.end(), rule.required.begin(), rule.required.end());
  keys.insert(keys.end(), rule.optional.begin(), rule.optional.end());
  return keys;
}

}  // namespace scenario
