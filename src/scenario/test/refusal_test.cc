// What files that do not load are told: file, line, column, key, what is wrong, what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "loading.h"

namespace scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Bad {
  std::string name;
  std::string yaml;
  std::string where;  // "line:column: key"
  std::string what;   // part of the message
};

void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.name;
}

class Refusal : public testing::TestWithParam<Bad> {};

TEST_P(Refusal, SaysWhereAndWhat) {
  const std::string error = load_error(GetParam().yaml);
  EXPECT_THAT(error, StartsWith("dir/case.yaml:" + GetParam().where + ": "));
  EXPECT_THAT(error, HasSubstr(GetParam().what));
  EXPECT_EQ(error.find('\n'), std::string::npos);
  EXPECT_TRUE(error.find(';') != std::string::npos) << "an error says what to do: " << error;
}

std::string name_of_case(const testing::TestParamInfo<Bad>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Text, Refusal,
    testing::Values(Bad{"Syntax", "a: [1, 2", "1:1", "not valid YAML"},
                    Bad{"Tab", "topology:\n\tkind: mesh", "2:6", "not valid YAML"},
                    Bad{"ZeroByte", std::string("a: b\nc: \0", 9), "2:1", "zero byte"},
                    Bad{"Scalar", "hello", "1:1: file", "write keys and values"},
                    Bad{"List", "- a", "1:1: file", "is a list"},
                    Bad{"TwoDocuments", "name: a\n---\nname: b", "3:1", "second document"},
                    Bad{"DuplicateKey", "name: a\nduration: 1s\nname: b", "3:1",
                        "duplicate key \"name\", first on line 1"},
                    Bad{"DeepDuplicateKey", "topology:\n  voters: 1\n  voters: 3", "3:3: topology",
                        "duplicate key"},
                    Bad{"ListAsKey", "[a, b]: c", "1:1", "is a list or a map"},
                    Bad{"EmptySection", "topology:", "1:1: topology", "is empty"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Keys, Refusal,
    testing::Values(
        Bad{"Unknown", "durtion: 5s", "1:1: durtion", "did you mean \"duration\"?"},
        Bad{"TasksBeyondMemory", "workload: {rate: 1000000/s}\nduration: 5s", "1:18: workload.rate",
            "more than 1000000 tasks"},
        Bad{"TasksOfSteps",
            "workload: {rate: 1/s, steps: [{at: 1s, rate: 1000000/s}]}\nduration: 5s",
            "1:18: workload.rate", "more than 1000000 tasks"},
        Bad{"UnknownDeep", "dispatch:\n  polcy: joint", "2:3: dispatch.polcy",
            "did you mean \"policy\"? valid: policy, attempt_timeout"},
        Bad{"UnknownInList", "pools:\n  - name: a\n    sise: 3", "3:5: pools[0].sise",
            "did you mean \"size\"?"},
        Bad{"UnknownInRun", "runs:\n  kill:\n    fault: []", "3:5: fault (run kill)",
            "did you mean \"faults\"?"},
        Bad{"NameInRun", "runs: {a: {name: b}}", "1:12: name (run a)", "unknown key"},
        Bad{"Missing", "pools:\n  - size: 3", "2:5: pools[0]", "has no \"name\""},
        Bad{"UnknownTopology", "topology: {kind: torus}", "1:18: topology.kind",
            "valid: mesh, hierarchical, star, ring, custom"},
        Bad{"UnknownPattern", "pattern: stat", "1:10: pattern", "did you mean \"star\"?"},
        Bad{"UnknownMetric", "checks: {requirements: [{metric: latency_p98, at_most: 1s}]}",
            "1:34: checks.requirements[0].metric",
            "unknown metric \"latency_p98\"; did you mean \"latency_p95\"?"},
        Bad{"UnknownProbe", "faults: [{kind: crash, target: leader, on: {probe: order_sent}}]",
            "1:52: faults[0].on.probe", "valid: offered, accepted"},
        Bad{"UnknownFault", "faults: [{kind: crush, target: leader, at: 1s}]",
            "1:17: faults[0].kind", "did you mean \"crash\"?"},
        Bad{"RunName", "runs: {Kill It: {}}", "1:8: runs.Kill It", "is no name for a run"},
        Bad{"NoRuns", "runs: {}", "1:7: runs", "has no run"},
        Bad{"RunIsAList", "runs: {a: []}", "1:11: runs.a", "is no map of keys"},
        Bad{"NullTakesNothing", "runs: {a: {market: {tik: null}}}", "1:21: market.tik (run a)",
            "unknown key"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Types, Refusal,
    testing::Values(
        Bad{"MapForValue", "duration: {a: b}", "1:11: duration",
            "is a map of keys; write a single value"},
        Bad{"ValueForList", "pools: 5", "1:8: pools", "is a single value; write a list"},
        Bad{"ValueForMap", "topology: mesh", "1:11: topology", "write keys and values"},
        Bad{"NoUnit", "duration: 30", "1:11: duration", "like 300ms"},
        Bad{"WrongUnit", "duration: 30m", "1:11: duration", "min, h or d"},
        Bad{"RateWithoutUnit", "workload: {rate: 50}", "1:18: workload.rate", "like 50/s"},
        Bad{"SizeWithoutUnit", "sandbox: {memory: 1024}", "1:19: sandbox.memory", "like 1GiB"},
        Bad{"FractionForPercent", "sandbox: {speed: 0.5}", "1:18: sandbox.speed", "like 80%"},
        Bad{"Fraction", "sandbox: {vcpu: 1.5}", "1:17: sandbox.vcpu", "a whole number"},
        Bad{"Words", "sandbox: {vcpu: two}", "1:17: sandbox.vcpu", "a whole number"},
        Bad{"Flag", "faults: [{kind: isolate, target: leader, at: 1s, one_way: yes}]",
            "1:59: faults[0].one_way", "write true or false"},
        Bad{"BadSlug", "name: My Case", "1:7: name", "a-z, digits and -"},
        Bad{"BadSymbol", "market: {instruments: [{symbol: goog, series: a}]}",
            "1:33: market.instruments[0].symbol", "capital letters"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Numbers, Refusal,
    testing::Values(
        Bad{"NotANumber", "workload: {rate: .nan}", "1:18: workload.rate", "is not a rate"},
        Bad{"NotANumberInUnits", "workload: {rate: nan/s}", "1:18: workload.rate", "is not a rate"},
        Bad{"Infinite", "duration: .inf", "1:11: duration", "is not a duration"},
        Bad{"InfiniteSeconds", "duration: infs", "1:11: duration", "is not a duration"},
        Bad{"Exponent", "sandbox: {inbox: 1e9}", "1:18: sandbox.inbox", "a whole number"},
        Bad{"Negative", "sandbox: {vcpu: -1}", "1:17: sandbox.vcpu", "from 1 to 256"},
        Bad{"NegativeDuration", "workload: {deadline: -1s}", "1:22: workload.deadline",
            "from 1ms to 1h"},
        Bad{"NegativeRate", "workload: {rate: -5/s}", "1:18: workload.rate",
            "out of range; write from 0.001/s"},
        Bad{"TooLong", "duration: 31d", "1:11: duration", "from 1ms to 30d"},
        Bad{"OverflowingDuration", "duration: 9999999999d", "1:11: duration", "too large"},
        Bad{"OverflowingDigits", "sandbox: {vcpu: 99999999999999999999999}", "1:17: sandbox.vcpu",
            "too large"},
        Bad{"OverflowingRate", "workload: {rate: 9223372036854775807/s}", "1:18: workload.rate",
            "too large"},
        Bad{"OverflowingSize", "sandbox: {memory: 99999999999GiB}", "1:19: sandbox.memory",
            "too large"},
        Bad{"TooFine", "duration: 1.0000000001s", "1:11: duration", "finer than can be kept"},
        Bad{"LossOver100", "faults: [{kind: loss, target: all, at: 1s, probability: 101%}]",
            "1:57: faults[0].probability", "to 100%"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Swarm, Refusal,
    testing::Values(
        Bad{"UpgradeOfAMesh", "pattern: mesh\nupgrade: {begins: 5s}", "2:10: upgrade",
            "a mesh has none"},
        Bad{"NoAgents", "pools:\n  - {name: a, size: 0}", "2:3: pools", "have no agent"},
        Bad{"NoPools", "pools: []", "1:8: pools", "has 0 elements"},
        Bad{"TooManyAgents", "pools: [{name: a, size: 900}, {name: b, size: 900}]", "1:8: pools",
            "have 1800 agents; write at most 1000"},
        Bad{"SamePool", "pools: [{name: a}, {name: a}]", "1:27: pools[1].name", "a second pool"},
        Bad{"ReservedPool", "pools: [{name: leader}]", "1:16: pools[0].name",
            "a meaning of its own"},
        Bad{"StandbysInMesh", "topology: {standbys: 2}", "1:22: topology.standbys", "in a mesh"},
        Bad{"AllStandbys", "pattern: star\ntopology: {standbys: 6}", "2:22: topology.standbys",
            "6 of 5 agents"},
        Bad{"OddStandbys", "pattern: star\ntopology: {standbys: 1}", "2:22: topology.standbys",
            "even number of voters"},
        Bad{"EvenVoters", "topology: {voters: 4}", "1:20: topology.voters", "write an odd number"},
        Bad{"TooManyVoters", "topology: {voters: 7}", "1:20: topology.voters", "7 of 5 agents"},
        Bad{"VotersOfStar", "pattern: star\ntopology: {voters: 5}", "2:20: topology.voters",
            "a leader and 2 standbys vote"},
        Bad{"PatternAgainstKind", "pattern: star\ntopology: {kind: mesh}", "2:18: topology.kind",
            "keep one of the two"},
        Bad{"ShortElection", "topology: {election_timeout: 100ms}",
            "1:30: topology.election_timeout", "more than two heartbeats"},
        Bad{"JointWithoutPolicy", "dispatch: {joint: {members: 3}}", "1:19: dispatch.joint",
            "write policy: joint"},
        Bad{"JointInAStar", "pattern: star\ndispatch: {policy: joint}", "2:20: dispatch.policy",
            "no links to each other"},
        Bad{"JointMembers", "dispatch: {policy: joint, joint: {members: 6}}",
            "1:44: dispatch.joint.members", "6 of 5 agents"},
        Bad{"QuorumOutOfReach", "dispatch: {policy: joint, joint: {members: 3, quorum: 4}}",
            "1:55: dispatch.joint.quorum", "never reached"},
        Bad{"QuorumOfHalf", "dispatch: {policy: joint, joint: {members: 4, quorum: 2}}",
            "1:55: dispatch.joint.quorum", "write at least 3"},
        Bad{"ClaimedLosses",
            "dispatch: {policy: joint, joint: {members: 5, quorum: 3, claims_losses: 3}}",
            "1:73: dispatch.joint.claims_losses", "at most 2 members"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    WorkAndMarket, Refusal,
    testing::Values(
        Bad{"SameClass", "workload: {classes: [{name: a}, {name: a}]}",
            "1:40: workload.classes[1].name", "a second class"},
        Bad{"NoClass", "workload: {classes: []}", "1:21: workload.classes", "has 0 elements"},
        Bad{"Fallback", "workload: {classes: [{name: a, requires: [x], fallback: momentun}]}",
            "1:57: workload.classes[0].fallback", "did you mean \"momentum\"?"},
        Bad{"IdleFallback", "workload: {classes: [{name: a, fallback: any}]}",
            "1:42: workload.classes[0].fallback", "means nothing"},
        Bad{"MissingFile", "market: {instruments: [{symbol: GOOG, series: gogle.csv}]}",
            "1:47: market.instruments[0].series", "\"gogle.csv\" cannot be read: no such file"},
        Bad{"MissingFit", "market: {instruments: [{symbol: SYN1, synthetic: {fit: x.csv}}]}",
            "1:56: market.instruments[0].synthetic.fit", "cannot be read"},
        Bad{"RealNameForSynthetic", "market: {instruments: [{symbol: GOOG, synthetic: {}}]}",
            "1:33: market.instruments[0].symbol", "no real ticker"},
        Bad{"NoPrices", "market: {instruments: [{symbol: GOOG}]}", "1:24: market.instruments[0]",
            "exactly one of series and synthetic"},
        Bad{"SameSymbol",
            "market: {instruments: [{symbol: SYN1, synthetic: {}}, {symbol: SYN1, synthetic: {}}]}",
            "1:64: market.instruments[1].symbol", "a second \"SYN1\""}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Faults, Refusal,
    testing::Values(
        Bad{"a_schedule_and_faults", "schedule: S1\nfaults: []", "2:9: faults",
            "is what schedule S1 brings"},
        Bad{"a_schedule_and_a_duration", "schedule: S0\nduration: 5s", "2:11: duration",
            "is what schedule S0 brings"},
        Bad{"a_warm_up_of_everything", "duration: 5s\nwarm_up: 5s", "2:10: warm_up",
            "leaves nothing"},
        Bad{"members_only_of_a_crash",
            "faults: [{kind: crash, target: worker, at: 1s, members_only: true}]",
            "1:48: faults[0].members_only", "means nothing for crash"},

        Bad{"UnknownAgent", "faults: [{kind: crash, target: momentum-6, at: 1s}]",
            "1:32: faults[0].target",
            "no agent is named \"momentum-6\"; did you mean \"momentum-1\"?"},
        Bad{"AfterTheEnd", "duration: 10s\nfaults: [{kind: crash, target: leader, at: 10s}]",
            "2:44: faults[0].at", "after the run's end"},
        Bad{"Overlap",
            "faults:\n  - {kind: hang, target: leader, at: 1s, for: 5s}\n  - {kind: hang, target: "
            "leader, at: 5s}",
            "3:5: faults[1]", "overlaps faults[0]"},
        Bad{"OverlapWithoutEnd",
            "faults:\n  - {kind: loss, target: venue, at: 9s, probability: 5%}\n  - {kind: loss, "
            "target: all, at: 1s, probability: 1%}",
            "3:5: faults[1]", "overlaps faults[0]"},
        Bad{"NoHub", "faults: [{kind: crash, target: hub, at: 1s}]", "1:32: faults[0].target",
            "a mesh has no hub"},
        Bad{"NoStandby", "faults: [{kind: crash, target: standby, at: 1s}]",
            "1:32: faults[0].target", "no standbys"},
        Bad{"AssigneeAtATime", "faults: [{kind: crash, target: assignee, at: 1s}]",
            "1:32: faults[0].target", "needs a probe"},
        Bad{"NoTime", "faults: [{kind: crash, target: leader}]", "1:10: faults[0]",
            "exactly one of at and on"},
        Bad{"TwoTimes", "faults: [{kind: crash, target: leader, at: 1s, on: {probe: offered}}]",
            "1:10: faults[0]", "exactly one of at and on"},
        Bad{"NoTarget", "faults: [{kind: crash, at: 1s}]", "1:10: faults[0]", "has no \"target\""},
        Bad{"NoProbability", "faults: [{kind: loss, target: all, at: 1s}]", "1:10: faults[0]",
            "has no \"probability\""},
        Bad{"ForeignKey", "faults: [{kind: hang, target: leader, at: 1s, disk: lose}]",
            "1:47: faults[0].disk", "means nothing for hang"},
        Bad{"Jitter", "faults: [{kind: delay, target: all, at: 1s, mean: 5ms, jitter: 6ms}]",
            "1:64: faults[0].jitter", "more than the mean"},
        Bad{"UnknownSide",
            "faults: [{kind: partition, at: 1s, sides: [[momentum-1], [momentum-9]]}]",
            "1:59: faults[0].sides[1][0]", "no node is named"},
        Bad{"TwiceInSides",
            "faults: [{kind: partition, at: 1s, sides: [[momentum-1], [momentum-1]]}]",
            "1:59: faults[0].sides[1][0]", "stands twice"},
        Bad{"NobodyIsRest",
            "pools: [{name: a, size: 2}]\nfaults: [{kind: partition, at: 1s, sides: [[a-1, a-2], "
            "[rest]]}]",
            "2:43: faults[0].sides", "rest is nobody"},
        Bad{"OneSide", "faults: [{kind: partition, at: 1s, sides: [[rest]]}]",
            "1:43: faults[0].sides", "has 1 elements"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    ChecksAndSweeps, Refusal,
    testing::Values(
        Bad{"NoBound", "checks: {requirements: [{metric: lost}]}", "1:25: checks.requirements[0]",
            "exactly one of at_most and at_least"},
        Bad{"TwoBounds", "checks: {requirements: [{metric: lost, at_most: 1, at_least: 0}]}",
            "1:25: checks.requirements[0]", "exactly one"},
        Bad{"WrongUnit", "checks: {objectives: [{metric: latency_p99, at_most: 5}]}",
            "1:54: checks.objectives[0].at_most", "like 300ms"},
        Bad{"WrongUnitOfShare",
            "checks: {objectives: [{metric: goodput, at_least: 5/s, of: capacity}]}",
            "1:51: checks.objectives[0].at_least", "like 80%"},
        Bad{"NegativeBound", "checks: {requirements: [{metric: lost, at_most: -1}]}",
            "1:49: checks.requirements[0].at_most", "never negative"},
        Bad{"OfOtherUnit", "checks: {objectives: [{metric: goodput, at_least: 5%, of: lost}]}",
            "1:59: checks.objectives[0].of", "another unit"},
        Bad{"OfRunAlone", "checks: {requirements: [{metric: lost, at_most: 1, of_run: base}]}",
            "1:60: checks.requirements[0].of_run", "stands without of"},
        Bad{"UnknownRun",
            "runs: {pause: {}}\nchecks: {requirements: [{metric: lost, at_most: 1, run: pauze}]}",
            "2:57: checks.requirements[0].run", "unknown run \"pauze\"; did you mean \"pause\"?"},
        Bad{"SweepOfUnknownKey", "sweep: {key: workload.rat, values: [5/s]}",
            "1:14: workload.rat (run 5/s)", "did you mean \"rate\"?"},
        Bad{"SweepOfBadValue", "sweep: {key: workload.rate, values: [5/s, 6]}",
            "1:43: workload.rate (run 6)", "like 50/s"},
        Bad{"SweepBeyondList", "pools: [{name: a}]\nsweep: {key: pools.1.size, values: [5]}",
            "2:14: sweep.key", "no element of the list"},
        Bad{"SweepThroughValue", "duration: 5s\nsweep: {key: duration.x, values: [5]}",
            "2:14: sweep.key", "leads to no key"},
        Bad{"SweepTwice", "sweep: {key: workload.rate, values: [5/s, 5/s]}", "1:37: sweep.values",
            "a second run \"5/s\""},
        Bad{"SweepWithoutValues", "sweep: {key: workload.rate}", "1:8: sweep",
            "has no \"values\""}),
    name_of_case);

TEST(Refusals, NameARunWhereItsChangeIsWrong) {
  EXPECT_THAT(load_error("runs:\n  base: {}\n  two:\n    topology: {voters: 2}\n"),
              StartsWith("dir/case.yaml:4:24: topology.voters (run two): "));
}

TEST(Refusals, AreOneLineWhateverTheInput) {
  const std::string error = load_error("\"a\\nb\\x07c\": 1");
  EXPECT_THAT(error, HasSubstr("unknown key \"a?b?c\""));
  EXPECT_EQ(error.find('\n'), std::string::npos);
}

TEST(Refusals, WithoutAReaderNoDataFileLoads) {
  EXPECT_THAT(load_error("market: {instruments: [{symbol: GOOG, series: g.csv}]}", Options{}),
              HasSubstr("no data files can be read here"));
}

}  // namespace
}  // namespace scenario
