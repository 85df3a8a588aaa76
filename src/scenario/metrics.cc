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
     "offered tasks without an answer after the drain, or whose answer claims a trade that the "
     "venue does not have"},
    {"duplicated", kCount, kLower,
     "tasks with more than one effect at the venue, from its journal"},
    {"safety_per_million", kCount, kLower,
     "violations of the orders' invariants and tasks carried out twice, in a million accepted "
     "orders of all runs; its interval is the one-sided 95 % bound of Clopper and Pearson, its n "
     "the orders"},
    {"unfinished", kCount, kLower, "tasks still open when the run ended"},
    {"success_rate", kShare, kHigher,
     "tasks answered with a correct result / offered, late included"},
    {"reliability", kShare, kHigher, "tasks correct within the deadline / offered"},
    // How much.
    {"goodput", kPerSecond, kHigher,
     "correct results within the deadline, a second of offered load"},
    {"throughput", kPerSecond, kHigher, "results of any kind, a second of offered load"},
    {"configured_capacity", kPerSecond, kHigher,
     "sum of the configured service capacities of the agents"},
    {"capacity", kPerSecond, kHigher,
     "largest rate with p99 within the deadline and reliability of 99 %, without faults, to 5 %"},
    {"own_rate", kPerSecond, kHigher, "60 % of the capacity: the rate that was offered"},
    {"capacity_1", kPerSecond, kHigher, "capacity with one agent, of a ring in each stage"},
    {"capacity_2", kPerSecond, kHigher, "the same with two"},
    {"capacity_4", kPerSecond, kHigher, "the same with four"},
    {"capacity_8", kPerSecond, kHigher, "the same with eight"},
    {"capacity_10", kPerSecond, kHigher, "the same with ten"},
    {"scalability", kCount, kHigher, "capacity with ten agents / capacity with two"},
    {"usl_sigma", kCount, kLower,
     "contention of the scalability law n / (1 + sigma (n - 1) + kappa n (n - 1)); below 0 where "
     "capacity grows faster than the number of agents"},
    {"usl_kappa", kCount, kLower, "coherence of the same law"},
    {"usl_misfit", kShare, kLower, "greatest deviation of that law from a measured capacity"},
    {"knee_rate", kPerSecond, kHigher,
     "largest offered rate of the sweep with p99 within the deadline and reliability of 99 %"},
    // How fast: from the intended start to the durable result; a task without one counts as
    // infinite.
    {"latency_mean", kSeconds, kLower, "mean latency of finished tasks, late ones included"},
    {"latency_min", kSeconds, kLower, "least latency"},
    {"latency_max", kSeconds, kLower, "greatest latency of finished tasks, late ones included"},
    {"latency_p50", kSeconds, kLower,
     "median latency of all offered tasks; a late or failed one counts as infinite"},
    {"latency_p95", kSeconds, kLower, "95th percentile of the same"},
    {"latency_p99", kSeconds, kLower, "99th percentile of the same"},
    {"overhead_p50", kSeconds, kLower, "median of latency less declared service time"},
    {"overhead_p99", kSeconds, kLower, "99th percentile of latency less declared service time"},
    {"jitter", kSeconds, kLower, "latency p99 - p50"},
    // Who did it.
    {"share_max", kShare, kLower, "largest share of the work that one agent did"},
    {"share_min", kShare, kHigher, "smallest share of the work that one agent did"},
    {"share_ratio", kCount, kLower,
     "largest share / smallest share, among agents that never halted; infinite where one of them "
     "did nothing"},
    {"share_ratio_after", kCount, kLower,
     "largest share / smallest share of the tasks due from 3 s after the last fault's end on, "
     "among "
     "all agents but those that never come back; who has none counts as having one"},
    {"share_tasks_after", kCount, kHigher, "tasks of which share_ratio_after is made"},
    {"utilisation_mean", kShare, kHigher, "mean busy share of the agents' CPUs"},
    {"hub_utilisation", kShare, kLower,
     "busy share of the hub's or leader's steps or disk while load is offered, whichever is "
     "busier"},
    {"queue_peak", kCount, kLower, "most tasks that waited at the leader at one time"},
    // What held the swarm together.
    {"links_declared", kCount, kHigher, "links of the declared topology"},
    {"links_proven", kCount, kHigher, "declared links that carried a handshake"},
    {"links_per_member_min", kCount, kHigher, "fewest proven links of a member"},
    {"links_per_member_max", kCount, kLower, "most proven links of a member"},
    {"connectivity", kShare, kHigher, "links proven / declared"},
    {"readiness", kShare, kHigher, "least share of members ready at the end of the start-up"},
    {"messages_per_task", kCount, kLower, "messages between members / offered tasks"},
    {"assign_delay_p50", kSeconds, kLower,
     "median time from an assignment to its arrival at the agent"},
    {"assign_delay_p99", kSeconds, kLower, "99th percentile of the same"},
    {"relay_hops_mean", kCount, kLower,
     "links that an assignment takes to an agent without a link to the leader, the mean"},
    {"relay_hops_max", kCount, kLower, "the most links that one took"},
    {"hop_delay_p50", kSeconds, kLower, "median of an assignment's delay / its links"},
    {"false_suspicions", kCount, kLower, "members suspected that were up and reachable"},
    {"false_suspicions_per_hour", kCount, kLower,
     "members suspected that nothing but a lack of CPU hit, an hour of such faults"},
    {"view_convergence", kSeconds, kLower,
     "longest time from the end of a cut until somebody leads, every declared link between live "
     "members is proven at both ends and none of them is suspected; not of a ring"},
    {"views_apart", kCount, kLower,
     "cuts after which that was not so before the next one or the end of the load"},
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
    {"ring_items_peak", kCount, kHigher, "most items in the hands of all stages at a time"},
    {"ring_items_mean", kCount, kHigher,
     "mean of the items in the hands of all stages when the first one takes another"},
    {"breaker_opens", kCount, kLower, "times that a breaker opened that was closed"},
    {"breaker_links", kCount, kLower, "links whose breaker opened"},
    {"breaker_closes", kCount, kHigher, "times that a breaker closed after probes"},
    {"breaker_probes", kCount, kLower, "probes of half-open breakers"},
    {"ring_stitches", kCount, kLower, "times that a spare took over a stage"},
    {"restitch_time", kSeconds, kLower,
     "longest time from the loss of a stage until the group had a spare do it; infinite where that "
     "did not come"},
    {"ring_stops", kCount, kLower, "times that the ring stopped openly for want of a spare"},
    {"ring_stop_time", kSeconds, kLower,
     "longest time from the loss of a stage until that stop; infinite where that did not come"},
    {"ring_stopped_for", kSeconds, kLower, "time for which the ring was stopped"},
    {"in_flight_lost", kCount, kLower,
     "items in the hands of stages that were lost or stopped; their tasks were done anew or ended"},
    // What happened under faults.
    {"failover_time", kSeconds, kLower,
     "longest time without a leader that may assign; infinite where none came to the end"},
    {"recovery_detect", kSeconds, kLower,
     "fault to the first notice of who was hit, before the fault is over; median of those noticed"},
    {"recovery_decide", kSeconds, kLower,
     "notice to a leader in office anew, or to a task or stage of who was hit given to another; "
     "median of the faults that have both"},
    {"recovery_execute", kSeconds, kLower,
     "decision to the end of the recovery time; median of the faults where the decision came "
     "first, "
     "of each of which detect, decide and execute add up to the recovery time"},
    {"recovery_time", kSeconds, kLower,
     "fault to the first of 10 seconds (short schedules: 1) with 95 % of the due tasks done in "
     "time; the median, those not seen to recover counted as longer than watched; infinite where "
     "these are too many for it to be known"},
    {"recovery_p95", kSeconds, kLower, "95th percentile of the same"},
    {"slow_recoveries", kShare, kLower, "faults not seen to recover within 30 s / faults"},
    {"unrecovered", kCount, kLower,
     "faults not seen to recover, and to hold that, before the next fault or the end of the load"},
    {"degradation", kShare, kLower,
     "tasks due since the first fault and not done in time / tasks due since then"},
    {"spof_outage", kSeconds, kLower, "longest time below 10 % of the goodput before the fault"},
    {"faults_acted", kCount, kHigher, "planned faults that hit something"},
    {"oom_kills", kCount, kLower, "nodes killed for memory"},
    {"fenced_rejections", kCount, kLower, "orders of a deposed term that the venue rejected"},
    {"fenced_after_resume", kCount, kLower,
     "orders of the term of a leader that hung, rejected after it woke up"},
    {"stale_attempt_rejections", kCount, kLower,
     "orders of an old attempt that the venue rejected"},
    {"repeated_orders", kCount, kLower, "orders with a known key, answered with the first outcome"},
    // Joint decisions and routing.
    {"joint_decided", kCount, kHigher, "joint decisions that reached their quorum"},
    {"joint_undecided", kCount, kLower,
     "joint decisions without a quorum: timed out, or the votes split"},
    {"joint_dissent", kCount, kLower, "votes against what was decided"},
    {"joint_decisions_by_isolated", kCount, kLower,
     "decisions begun by members cut off from a quorum"},
    {"joint_undecided_by_isolated", kCount, kLower,
     "joint decisions that an isolated member tried in vain"},
    {"agreement_rate", kShare, kHigher, "joint decisions decided / started"},
    {"decision_latency_p50", kSeconds, kLower,
     "median time of a joint decision; infinite where none of those begun was reached"},
    {"decision_latency_p99", kSeconds, kLower, "99th percentile of the time of a joint decision"},
    {"routing_accuracy", kShare, kHigher, "tasks done by an agent with the required capabilities"},
    {"fallback_rate", kShare, kLower, "tasks that took their class's fallback"},
    {"no_capability_failures", kCount, kLower, "tasks failed because no agent had the capability"},
    // What changed while it ran.
    {"settle_time", kSeconds, kLower,
     "longest time from a rise of the load to the first of 10 seconds within the objective; "
     "infinite "
     "where that did not come although the load went on for 10 s"},
    {"scale_time", kSeconds, kLower,
     "longest time from a rise of the load until the agents that it needs are ready; infinite as "
     "settle_time"},
    {"size_min", kCount, kLower, "fewest ready agents since the load began"},
    {"size_max", kCount, kHigher, "most ready agents"},
    {"size_end", kCount, kLower, "ready agents when the load ended"},
    {"over_provision", kCount, kLower, "agent-seconds above what the load needed"},
    {"under_provision", kCount, kLower, "agent-seconds below what the load needed"},
    {"size_error", kCount, kLower,
     "agent-seconds above or below what the load needed, both together"},
    {"direction_changes", kCount, kLower,
     "times that the size turned from growing to shrinking or back"},
    {"shrink_delay", kSeconds, kHigher,
     "shortest time from a fall of the load to the next decision for fewer agents"},
    {"volatility_lead_p50", kSeconds, kHigher,
     "where the load follows a series: time from the decision for what a rise of the load needs to "
     "its having risen three quarters of the way, below 0 where the decision came after that; the "
     "median of the rises by a quarter of the load's range or more"},
    {"volatility_lead_min", kSeconds, kHigher, "least of the same"},
    {"volatility_led", kShare, kHigher, "rises led by cold_start_p95 or more / volatility_rises"},
    {"volatility_rises", kCount, kHigher,
     "rises of the load that the size did not meet by chance: it was decided at most the lag and "
     "one bar before"},
    {"load_forecast_mape", kShare, kLower,
     "where scaling forecasts: mean of |forecast - arrivals| / arrivals, out of sample, of the "
     "farthest bin that a decision served: p95 of the cold start and one bin ahead of it"},
    {"load_forecast_mape_naive", kShare, kLower,
     "the same of the forecast \"as in the last bin\", said at the same moments of the same bins"},
    {"load_forecast_ahead", kSeconds, kLower,
     "how far ahead of the last bin known those bins end, the mean of the forecasts"},
    {"agents_created", kCount, kLower, "agents that the controller created"},
    {"agents_ended", kCount, kLower, "agents that the controller ended"},
    {"busy_kills", kCount, kLower, "agents that were ended with a task in hand"},
    {"undone", kCount, kLower,
     "agents let go within 10 s of being ready, shares given again to a version taken back"},
    {"orphan_sandboxes", kCount, kLower, "sandboxes at the end that belong to nobody"},
    {"sandboxes_peak", kCount, kLower, "most sandboxes at a time, warm ones included"},
    {"start_failures", kCount, kLower, "starts of sandboxes that failed"},
    {"cold_start_p50", kSeconds, kLower,
     "median time from asking for a sandbox to its being ready"},
    {"cold_start_p95", kSeconds, kLower, "95th percentile of the same"},
    {"sandbox_seconds", kCount, kLower,
     "sandbox-seconds that were paid for, warm, starting and failed ones included"},
    {"cost_per_1k", kDollars, kLower,
     "price of all that was allocated, idle or not, for 1,000 tasks done in time; infinite where "
     "none was"},
    {"waste", kShare, kLower, "1 - busy / allocated vCPU-seconds"},
    {"promoted", kCount, kHigher, "rollouts that ended with the new version"},
    {"rolled_back", kCount, kLower, "rollouts that were taken back"},
    {"candidate_share_max", kShare, kHigher, "greatest share of the new version in the route"},
    {"exposure", kCount, kLower,
     "tasks that the new version served before it was promoted or gone"},
    {"bad_exposure", kCount, kLower, "of them, those that failed"},
    {"rollout_decision_time", kSeconds, kLower,
     "from the first task for the new version to promotion or the decision to roll back; infinite "
     "where neither came"},
    {"rollback_time", kSeconds, kLower,
     "from the onset of errors, the new version's first failed task or else its first task, to its "
     "last task; of a rollout that was taken back, infinite where that was decided and not done"},
    {"state_divergence", kCount, kLower,
     "entries of the group's ledger that agents of the new version had otherwise than the others "
     "when more work was given to them"},
    {"state_transfers", kCount, kHigher, "agents compared for that, each at each such switch"},
    {"state_transfers_unseen", kCount, kLower,
     "agents that were never level with another replica until the next switch"},
    {"rollout_steps", kCount, kHigher,
     "steps of the plan, 0 % included, whose share was in force in the route when tasks came"},
    {"rollout_step_tasks", kCount, kHigher,
     "fewest tasks that were assigned under one of these steps"},
    {"rollout_first_share", kShare, kLower, "share with which the new version began"},
    {"rollout_first_agents", kCount, kLower,
     "agents of the new version that had tasks before more were made for the second step"},
    {"rollout_power", kShare, kHigher, "power of the comparison when the rollout was decided"},
    {"coordinators_replaced", kCount, kHigher, "voters of the start that vote no longer"},
    {"voters_min", kCount, kHigher, "fewest voters at any time"},
    {"upgrade_time", kSeconds, kLower,
     "from the beginning of an upgrade until no voter of the start votes; infinite where one does "
     "to the end"},
    {"alerts", kCount, kLower, "alerts that were raised"},
    {"alerts_unexplained", kCount, kLower, "of them, those without a fault that explains them"},
    {"alert_delay", kSeconds, kLower,
     "longest time from a fault to the first alert that it explains"},
    {"anomalies", kCount, kLower, "numbers that turned unlike their past"},
    {"anomalies_unexplained", kCount, kLower, "of them, those without a fault that explains them"},
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
     "tasks from a change of the best arm until 80 % of the last 50 went to the new one; infinite "
     "where they never did"},
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

bool may_exceed_deadline(std::string_view metric) {
  constexpr auto kPercentiles = std::to_array<std::string_view>(
      {"latency_p50", "latency_p95", "latency_p99", "overhead_p50", "overhead_p99", "jitter"});
  return std::ranges::find(kPercentiles, metric) != kPercentiles.end();
}

std::string_view text_of_infinite(std::string_view metric) {
  const Metric* known = find_metric(metric);
  const bool awaited =
      (known != nullptr && known->unit == Unit::kSeconds) || metric == "tasks_to_shift";
  return may_exceed_deadline(metric) ? "> deadline" : awaited ? "never" : "infinite";
}

const Metric* find_metric(std::string_view name) {
  const auto* found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                   [&](const Metric& metric) { return metric.name == name; });
  return found == kMetrics.end() ? nullptr : found;
}

}  // namespace scenario
