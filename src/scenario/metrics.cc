#include "scenario/metrics.h"

#include <algorithm>
#include <array>

namespace scenario {
namespace {

using enum Unit;
using enum Better;

constexpr auto kMetrics = std::to_array<Metric>({
    // What became of the offers.
    {"offered", kCount, kHigher, "tasks that the client offered"},
    {"done", kCount, kHigher,
     "offered tasks whose result was correct, once and within the deadline"},
    {"late", kCount, kLower, "tasks whose result came after the deadline"},
    {"failed", kCount, kLower, "tasks that were answered with a failure"},
    {"shed", kCount, kLower, "tasks that were refused because a queue was full"},
    {"lost", kCount, kLower,
     "accepted tasks without a result after the drain, from the client's and the venue's records"},
    {"duplicated", kCount, kLower,
     "tasks with more than one effect at the venue, from its journal"},
    {"unfinished", kCount, kLower, "tasks still open when the run ended"},
    {"success_rate", kShare, kHigher,
     "tasks answered with a correct result / offered, late included"},
    {"reliability", kShare, kHigher, "tasks correct within the deadline / offered"},
    // How much.
    {"goodput", kPerSecond, kHigher,
     "correct results within the deadline, a second of offered load"},
    {"throughput", kPerSecond, kHigher, "results of any kind, a second of offered load"},
    {"capacity", kPerSecond, kHigher, "sum of the configured service capacities of the agents"},
    {"knee_rate", kPerSecond, kHigher,
     "largest offered rate of the sweep with p99 within the deadline and reliability of 99 %"},
    // How fast: from the intended start to the durable result; a task without one counts as
    // infinite.
    {"latency_mean", kSeconds, kLower, "mean latency of finished tasks"},
    {"latency_min", kSeconds, kLower, "least latency"},
    {"latency_max", kSeconds, kLower, "greatest latency of finished tasks"},
    {"latency_p50", kSeconds, kLower, "median latency of all offered tasks"},
    {"latency_p95", kSeconds, kLower, "95th percentile of the latency of all offered tasks"},
    {"latency_p99", kSeconds, kLower, "99th percentile of the latency of all offered tasks"},
    {"overhead_p50", kSeconds, kLower, "median of latency less declared service time"},
    {"overhead_p99", kSeconds, kLower, "99th percentile of latency less declared service time"},
    {"jitter", kSeconds, kLower, "latency p99 - p50"},
    // Who did it.
    {"share_max", kShare, kLower, "largest share of the work that one agent did"},
    {"share_min", kShare, kHigher, "smallest share of the work that one agent did"},
    {"share_ratio", kCount, kLower, "largest share / smallest share"},
    {"max_worker_share", kShare, kLower, "largest share of the work among agents that do not lead"},
    {"utilisation_mean", kShare, kHigher, "mean busy share of the agents' CPUs"},
    {"hub_utilisation", kShare, kLower, "busy share of the hub's or leader's CPU"},
    {"queue_peak", kCount, kLower, "most tasks that waited at the leader at one time"},
    // What held the swarm together.
    {"links_declared", kCount, kHigher, "links of the declared topology"},
    {"links_proven", kCount, kHigher, "declared links that carried a handshake"},
    {"links_per_member_min", kCount, kHigher, "fewest proven links of a member"},
    {"links_per_member_max", kCount, kLower, "most proven links of a member"},
    {"connectivity", kShare, kHigher, "links proven / declared"},
    {"readiness", kShare, kHigher, "least share of members ready at the end of the start-up"},
    {"messages_per_task", kCount, kLower, "messages between members / offered tasks"},
    {"false_suspicions", kCount, kLower, "members suspected that were up and reachable"},
    {"leader_elections", kCount, kLower, "leaders elected after the first"},
    // What the stages of a ring did. A stage is named by its place, from 1.
    {"slow_stage", kCount, kLower,
     "the stage that limits the ring: most of its places for items or of its CPUs in use"},
    {"slow_stage_in_use", kShare, kLower, "that share of the slow stage"},
    {"slow_stage_latency_p50", kSeconds, kLower,
     "median time from the slow stage's taking an item until the next one has it"},
    {"slow_stage_latency_p99", kSeconds, kLower, "99th percentile of the same"},
    {"hop_latency_p50", kSeconds, kLower,
     "median time from a stage's sending an item until the next one has it, over all links"},
    {"hop_latency_p99", kSeconds, kLower, "99th percentile of the same"},
    {"stage_wait_p50", kSeconds, kLower,
     "median time that an item whose work is done waits for its turn, a credit or a breaker"},
    {"stage_wait_p99", kSeconds, kLower, "99th percentile of the same"},
    {"stage_items_peak", kCount, kLower, "most items in one stage's hands at a time"},
    {"breaker_opens", kCount, kLower, "times that a breaker opened that was closed"},
    {"breaker_links", kCount, kLower, "links whose breaker opened"},
    {"breaker_closes", kCount, kHigher, "times that a breaker closed after probes"},
    {"breaker_probes", kCount, kLower, "probes of half-open breakers"},
    {"ring_stitches", kCount, kLower, "times that a spare took over a stage"},
    {"restitch_time", kSeconds, kLower,
     "longest time from the loss of a stage until the group had a spare do it"},
    {"ring_stops", kCount, kLower, "times that the ring stopped openly for want of a spare"},
    {"ring_stop_time", kSeconds, kLower, "longest time from the loss of a stage until that stop"},
    {"ring_stopped_for", kSeconds, kLower, "time for which the ring was stopped"},
    {"in_flight_lost", kCount, kLower,
     "items in the hands of stages that were lost or stopped; their tasks were done anew or ended"},
    // What happened under faults.
    {"failover_time", kSeconds, kLower, "longest time without a leader that may assign"},
    {"recovery_detect", kSeconds, kLower, "fault to suspicion, the median of all faults"},
    {"recovery_decide", kSeconds, kLower, "suspicion to decision, the median of all faults"},
    {"recovery_execute", kSeconds, kLower,
     "decision to goodput restored, the median of all faults"},
    {"recovery_time", kSeconds, kLower,
     "fault to the first of 10 seconds within the objective, the median with censoring"},
    {"unrecovered", kCount, kLower, "faults without recovery before the run's end"},
    {"degradation", kShare, kLower, "goodput lost from the fault to recovery / goodput before"},
    {"spof_outage", kSeconds, kLower, "longest time below 10 % of the goodput before the fault"},
    {"faults_acted", kCount, kHigher, "planned faults that hit something"},
    {"oom_kills", kCount, kLower, "nodes killed for memory"},
    {"fenced_rejections", kCount, kLower, "orders of a deposed term that the venue rejected"},
    {"stale_attempt_rejections", kCount, kLower,
     "orders of an old attempt that the venue rejected"},
    {"repeated_orders", kCount, kLower, "orders with a known key, answered with the first outcome"},
    // Joint decisions and routing.
    {"joint_decided", kCount, kHigher, "joint decisions that reached their quorum"},
    {"joint_undecided", kCount, kLower, "joint decisions that timed out"},
    {"joint_dissent", kCount, kLower, "votes against what was decided"},
    {"joint_decisions_by_isolated", kCount, kLower, "decisions by members cut off from a quorum"},
    {"agreement_rate", kShare, kHigher, "joint decisions decided / started"},
    {"decision_latency_p50", kSeconds, kLower, "median time of a joint decision"},
    {"decision_latency_p99", kSeconds, kLower, "99th percentile of the time of a joint decision"},
    {"routing_accuracy", kShare, kHigher, "tasks done by an agent with the required capabilities"},
    {"fallback_rate", kShare, kLower, "tasks that took their class's fallback"},
    {"no_capability_failures", kCount, kLower, "tasks failed because no agent had the capability"},
    // What changed while it ran.
    {"settle_time", kSeconds, kLower,
     "longest time from a rise of the load to the first of 10 seconds within the objective"},
    {"scale_time", kSeconds, kLower,
     "longest time from a rise of the load until the agents that it needs are ready"},
    {"size_min", kCount, kLower, "fewest ready agents since the load began"},
    {"size_max", kCount, kHigher, "most ready agents"},
    {"size_end", kCount, kLower, "ready agents when the load ended"},
    {"over_provision", kCount, kLower, "agent-seconds above what the load needed"},
    {"under_provision", kCount, kLower, "agent-seconds below what the load needed"},
    {"direction_changes", kCount, kLower,
     "times that the size turned from growing to shrinking or back"},
    {"agents_created", kCount, kLower, "agents that the controller created"},
    {"agents_ended", kCount, kLower, "agents that the controller ended"},
    {"busy_kills", kCount, kLower, "agents that were ended with a task in hand"},
    {"orphan_sandboxes", kCount, kLower, "sandboxes at the end that belong to nobody"},
    {"sandboxes_peak", kCount, kLower, "most sandboxes at a time, warm ones included"},
    {"start_failures", kCount, kLower, "starts of sandboxes that failed"},
    {"cold_start_p50", kSeconds, kLower,
     "median time from asking for a sandbox to its being ready"},
    {"cold_start_p95", kSeconds, kLower, "95th percentile of the same"},
    {"sandbox_seconds", kCount, kLower,
     "sandbox-seconds that were paid for, warm, starting and failed ones included"},
    {"promoted", kCount, kHigher, "rollouts that ended with the new version"},
    {"rolled_back", kCount, kLower, "rollouts that were taken back"},
    {"candidate_share_max", kShare, kHigher, "greatest share of the new version in the route"},
    {"exposure", kCount, kLower,
     "tasks that the new version served before it was promoted or gone"},
    {"bad_exposure", kCount, kLower, "of them, those that failed"},
    {"rollout_decision_time", kSeconds, kLower,
     "from the first task for the new version to promotion or the decision to roll back"},
    {"rollback_time", kSeconds, kLower,
     "from the decision to roll back to the last task of the new version"},
    {"rollout_power", kShare, kHigher, "power of the comparison when the rollout was decided"},
    {"alerts", kCount, kLower, "alerts that were raised"},
    // What was traded.
    {"orders", kCount, kHigher, "orders that the venue accepted"},
    {"fills", kCount, kHigher, "fills"},
    {"volume", kCount, kHigher, "shares filled"},
    {"profit_loss", kDollars, kHigher, "of all agents, from fills, marked at the last price"},
    {"profit_loss_momentum", kDollars, kHigher, "the same of the agents with this strategy"},
    {"profit_loss_mean_reversion", kDollars, kHigher, "the same of the agents with this strategy"},
    {"profit_loss_pairs", kDollars, kHigher, "the same of the agents with this strategy"},
    {"profit_loss_arbitrage", kDollars, kHigher, "the same of the agents with this strategy"},
    {"profit_loss_risk", kDollars, kHigher, "the same of the agents with this strategy"},
    {"profit_loss_forecast", kDollars, kHigher, "the same of the agents with this strategy"},
    {"profit_loss_portfolio", kDollars, kHigher, "the same of the agents with this strategy"},
    {"forecast_error", kShare, kLower,
     "out-of-sample error of the forecasts / error of the naive forecast; 100 % is no better"},
    // Where work went when dispatch adapts.
    {"regret", kShare, kLower,
     "reward lost per task against the arm that was best in each regime / the full reward"},
    {"tasks_to_shift", kCount, kLower,
     "tasks from a change of the best arm until 80 % of the last 50 went to the new one"},
    {"rotations", kCount, kLower,
     "times that another arm came to have 80 % of the last 50 tasks, once the best had them"},
    // Where regions are.
    {"latency_home_p50", kSeconds, kLower, "median latency of tasks done in the client's region"},
    {"latency_home_p99", kSeconds, kLower, "99th percentile of the same"},
    {"latency_remote_p50", kSeconds, kLower, "median latency of tasks done in other regions"},
    {"latency_remote_p99", kSeconds, kLower, "99th percentile of the same"},
});

}  // namespace

std::span<const Metric> metrics() {
  return kMetrics;
}

const Metric* find_metric(std::string_view name) {
  const auto* found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                   [&](const Metric& metric) { return metric.name == name; });
  return found == kMetrics.end() ? nullptr : found;
}

}  // namespace scenario
