#include "control/controller.h"

#include <algorithm>

#include "control/trace.h"

namespace control {
namespace {

constexpr world::TimerId kLook{1};

}  // namespace

Controller::Controller(ControllerConfig config) {
  core::check(!config.voters.empty() && !config.fleets.empty(),
              "a controller knows voters and fleets");
  state_.monitor = monitor::Monitor(config.monitor);
  state_.alerts = monitor::Alerts(config.alerts);
  if (config.scaling) {
    auto scaler = scaling::Scaler::make(config.scaling->rules);
    core::check(scaler.has_value(), "the scaling rules are valid");
    state_.scaler = std::move(*scaler);
  }
  state_.config = std::move(config);
}

void Controller::step(const world::Event& event, world::Context& context, world::Effects& effects) {
  if (const auto* started = std::get_if<world::Start>(&event)) {
    start(*started, context, effects);
  } else if (const auto* received = std::get_if<world::Received>(&event)) {
    receive(received->message, context, effects);
  } else if (std::holds_alternative<world::TimerFired>(event)) {
    // A leader that did not answer does not keep the controller from creating and starting.
    if (state_.sandboxes && !state_.status) {
      state_.leader = {};
      act(context, effects);
    }
    look(context, effects);
  } else if (const auto* back = std::get_if<world::Returned>(&event)) {
    returned(*back, context, effects);
  }
}

void Controller::start(const world::Start& start, world::Context& context,
                       world::Effects& effects) {
  if (!start.recovered.empty()) {
    // Going on without it would make a second swarm beside the one that it knew.
    auto durable = core::decode<Durable>(start.recovered.back());
    core::check(durable.has_value(),
                "the controller's store was written by this version of the program; move the store "
                "away to begin anew, and what runs is adopted");
    state_.durable = std::move(*durable);
  }
  Durable& durable = state_.durable;
  if (durable.scaled_size && state_.config.scaling) {
    auto scaler = scaling::Scaler::make(state_.config.scaling->rules, durable.scaled_size);
    core::check(scaler.has_value(), "the scaling rules are valid");
    state_.scaler = std::move(*scaler);
  }
  if (!durable.begun) {
    durable.begun = true;
    durable.desired.next_node = state_.config.first_node;
    for (const Fleet& fleet : state_.config.fleets) {
      const bool later = state_.config.rollout && fleet.pool == state_.config.rollout->candidate;
      durable.desired.sizes[fleet.name] = later ? 0 : fleet.size;
    }
  }
  look(context, effects);
}

void Controller::look(world::Context&, world::Effects& effects) {
  state_.sandboxes.reset();
  state_.status.reset();
  state_.reconciled = false;
  call(CallKind::kList, {},
       sandbox::List{{{std::string(kDeploymentLabel), state_.config.deployment}}}, effects);
  if (state_.config.scaling && !state_.config.scaling->volatility_service.empty()) {
    const world::CallId id(++state_.calls);
    state_.pending[id] = {CallKind::kVolatility, {}};
    effects.call(id, state_.config.scaling->volatility_service, {});
  }
  if (!state_.leader) {
    const std::vector<world::NodeId> voters = may_lead();
    state_.leader = voters[state_.next_voter++ % voters.size()];
  }
  effects.send(state_.leader, swarm::StatusQuery{swarm::AdminToken(++state_.tokens)});
  effects.set_timer(kLook, state_.config.every);
}

// Those who voted at first, and who came to vote since.
std::vector<world::NodeId> Controller::may_lead() const {
  std::vector<world::NodeId> nodes = state_.config.voters;
  for (const auto& [node, instance] : state_.durable.desired.instances) {
    if (instance.replaces) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

void Controller::call(CallKind kind, world::NodeId node, const sandbox::Request& request,
                      world::Effects& effects) {
  const world::CallId id(++state_.calls);
  state_.pending[id] = {kind, node};
  effects.call(id, std::string(sandbox::kService), core::encode(request));
}

void Controller::receive(const world::Message& message, world::Context& context,
                         world::Effects& effects) {
  if (message.type == world::Sample::kType) {
    if (const auto sample = world::payload<world::Sample>(message)) {
      state_.monitor.fold(message.from, *sample, context.now);
    }
  } else if (message.type == swarm::StatusAnswer::kType) {
    auto answer = world::payload<swarm::StatusAnswer>(message);
    if (!answer) {
      return;
    }
    if (answer->leads && answer->token.value == state_.tokens) {
      state_.leader = message.from;
      state_.status = std::move(*answer);
      act_when_known(context, effects);
    } else if (!answer->leads && answer->leader && answer->leader != state_.leader) {
      state_.leader = answer->leader;
      effects.send(state_.leader, swarm::StatusQuery{swarm::AdminToken(state_.tokens)});
    }
  } else if (message.type == swarm::AdminAnswer::kType) {
    const auto answer = world::payload<swarm::AdminAnswer>(message);
    if (answer && answer->verdict == swarm::AdminVerdict::kRefused) {
      effects.trace(LeaderRefused{answer->refusal});
    }
  }
}

void Controller::returned(const world::Returned& returned, world::Context& context,
                          world::Effects& effects) {
  const auto found = state_.pending.find(returned.call);
  if (found == state_.pending.end()) {
    return;
  }
  const Pending pending = found->second;
  state_.pending.erase(found);
  if (pending.kind == CallKind::kVolatility) {
    const auto reading = core::decode<Reading>(returned.result);
    state_.volatility.reset();
    if (returned.ok && reading) {
      state_.volatility = reading->value;
    }
    return;
  }
  const auto answer = core::decode<sandbox::Answer>(returned.result);
  if (returned.ok && answer) {
    answered(pending, *answer, effects);
  } else {
    effects.trace(ProviderRefused{pending.node, returned.error});
  }
  act_when_known(context, effects);
}

void Controller::answered(const Pending& pending, const sandbox::Answer& answer,
                          world::Effects& effects) {
  if (const auto* listing = std::get_if<sandbox::Listing>(&answer)) {
    if (!state_.reconciled) {
      state_.sandboxes = listing->sandboxes;
    }
    return;
  }
  if (const auto* refusal = std::get_if<sandbox::Refusal>(&answer)) {
    effects.trace(ProviderRefused{pending.node, refusal->message});
    // A program that can never start here: another agent takes its place.
    const auto instance = state_.durable.desired.instances.find(pending.node);
    if (pending.kind == CallKind::kStart && refusal->code == sandbox::RefusalCode::kInvalid &&
        instance != state_.durable.desired.instances.end() && !votes(pending.node)) {
      instance->second.retiring = true;
      effects.trace(AgentRetired{pending.node, refusal->message});
    }
  }
}

bool Controller::votes(world::NodeId node) const {
  return state_.status &&
         std::ranges::any_of(state_.status->members, [&](const swarm::MemberStatusReport& member) {
           return member.entry.node == node && member.entry.voter;
         });
}

void Controller::act_when_known(world::Context& context, world::Effects& effects) {
  if (state_.sandboxes && state_.status && !state_.reconciled) {
    act(context, effects);
  }
}

Observed Controller::observed(core::Time now) const {
  Observed observed;
  observed.now = now;
  observed.sandboxes = *state_.sandboxes;
  observed.status = state_.status;
  observed.unwell_since = state_.unwell_since;
  for (const auto& [id, pending] : state_.pending) {
    if (pending.kind == CallKind::kCreate) {
      observed.creating.insert(pending.node);
    }
  }
  return observed;
}

void Controller::act(world::Context& context, world::Effects& effects) {
  state_.reconciled = true;
  const Durable before = state_.durable;
  if (state_.status) {
    note_members(context.now, effects);
    note_telemetry(context.now, effects);
    const monitor::View view = state_.monitor.view(context.now);
    decide_scaling(view, effects);
    decide_rollout(view, effects);
    set_sizes(effects);
    begin_upgrade(context.now);
  }
  Plan plan = reconcile(state_.config, state_.durable.desired, observed(context.now));
  state_.durable.desired = std::move(plan.desired);
  for (const auto& [node, instance] : state_.durable.desired.instances) {
    if (!before.desired.instances.contains(node)) {
      state_.wanted_at[node] = context.now;
    }
  }
  keep(before, effects);
  trace_changes(before.desired, effects);
  trace_upgrade(plan.voters, effects);
  for (const Action& action : plan.actions) {
    carry_out(action, effects);
  }
}

void Controller::note_members(core::Time now, world::Effects& effects) {
  const Observed seen = observed(now);
  for (const auto& [node, instance] : state_.durable.desired.instances) {
    const Standing standing = standing_of(node, seen);
    if (instance.retiring) {
      state_.monitor.dismiss(node);
    }
    if (standing != Standing::kReady) {
      state_.unwell_since.try_emplace(node, now);
      if (standing == Standing::kEnded) {
        note_ended(node);
      }
      continue;
    }
    state_.unwell_since.erase(node);
    const Fleet* fleet = find_fleet(state_.config, instance.fleet);
    state_.monitor.expect(node, fleet->pool, now);
    if (!state_.seen_ready.insert(node).second) {
      continue;
    }
    const auto wanted = state_.wanted_at.find(node);
    const bool made_here = node.value >= state_.config.first_node;
    const core::Duration took =
        made_here && wanted != state_.wanted_at.end() ? now - wanted->second : core::Duration();
    if (took > core::Duration::zero()) {
      state_.cold_starts.push_back(took);
      if (state_.cold_starts.size() > kColdStartsKept) {
        state_.cold_starts.erase(state_.cold_starts.begin());
      }
    }
    effects.trace(AgentReady{node, took});
  }
}

void Controller::note_ended(world::NodeId node) {
  for (const swarm::MemberStatusReport& member : state_.status->members) {
    if (member.entry.node == node) {
      state_.monitor.ended(node, member.entry.incarnation);
    }
  }
}

void Controller::note_telemetry(core::Time now, world::Effects& effects) {
  const monitor::View view = state_.monitor.view(now);
  std::vector<swarm::PoolId> pools;
  for (const Fleet& fleet : state_.config.fleets) {
    if (fleet.pool && std::ranges::find(pools, fleet.pool) == pools.end()) {
      pools.push_back(fleet.pool);
    }
  }
  state_.load.learn(view, pools);
  state_.baseline.learn(view);
  for (const monitor::Alert& alert : state_.alerts.evaluate(view, state_.baseline)) {
    effects.trace(AlertChanged{alert});
  }
  const auto seen_before = state_.anomalies.newest_second();
  for (const monitor::Anomaly& anomaly : state_.anomalies.observe(view)) {
    effects.trace(AnomalyBegan{anomaly});
  }
  if (state_.anomalies.newest_second() != seen_before) {
    effects.trace(SecondSeen{monitor::values_of(view.whole)});
  }
  const monitor::Limits& limits = state_.config.alerts.limits;
  const monitor::Condition swarm = monitor::assess(view, state_.baseline, limits).swarm;
  if (state_.health != swarm.health) {
    state_.health = swarm.health;
    effects.trace(HealthChanged{swarm});
  }
}

void Controller::keep(const Durable& before, world::Effects& effects) {
  if (state_.durable != before) {
    effects.replace_store(core::encode(state_.durable));
  }
}

void Controller::trace_changes(const Desired& before, world::Effects& effects) {
  for (const auto& [node, instance] : state_.durable.desired.instances) {
    const auto old = before.instances.find(node);
    if (old == before.instances.end()) {
      effects.trace(AgentWanted{node, instance.fleet});
    } else if (instance.retiring && !old->second.retiring) {
      effects.trace(AgentRetired{node, "its fleet is smaller, or it is replaced"});
    }
  }
  for (const auto& [node, instance] : before.instances) {
    if (!state_.durable.desired.instances.contains(node)) {
      state_.monitor.forget(node);
      state_.unwell_since.erase(node);
      state_.wanted_at.erase(node);
      effects.trace(AgentEnded{node});
    }
  }
}

void Controller::trace_upgrade(const std::optional<rollout::NextChange>& voters,
                               world::Effects& effects) {
  if (!voters || state_.upgrade == voters) {
    return;
  }
  state_.upgrade = voters;
  effects.trace(UpgradeDecided{voters->progress, voters->change.add,
                               world::NodeId(voters->change.voter.value), voters->reason});
}

void Controller::carry_out(const Action& action, world::Effects& effects) {
  if (const auto* create = std::get_if<CreateSandbox>(&action)) {
    const Fleet* fleet = find_fleet(state_.config, create->fleet);
    sandbox::SandboxSpec spec = fleet->spec;
    spec.metadata.merge(labels_of(state_.config, create->fleet, create->node));
    if (const world::NodeId old = state_.durable.desired.instances.at(create->node).replaces) {
      spec.metadata[kReplacesLabel] = std::to_string(old.value);
      spec.metadata[kVersionLabel] = state_.config.upgrade ? state_.config.upgrade->version : "";
    }
    call(CallKind::kCreate, create->node, sandbox::Create{std::move(spec)}, effects);
  } else if (const auto* begin = std::get_if<StartProgram>(&action)) {
    sandbox::Exec exec;
    exec.sandbox = begin->sandbox;
    exec.command = {"muster-agent"};
    exec.environment = {{kNodeLabel, std::to_string(begin->node.value)}};
    exec.background = true;
    call(CallKind::kStart, begin->node, exec, effects);
  } else if (const auto* kill = std::get_if<KillSandbox>(&action)) {
    call(CallKind::kKill, kill->node, sandbox::Kill{kill->sandbox}, effects);
  } else if (const auto* ask = std::get_if<Ask>(&action)) {
    effects.send(state_.leader,
                 swarm::AdminRequest{swarm::AdminToken(++state_.tokens), ask->action});
  }
}

world::Program controller(ControllerConfig config) {
  return [config = std::move(config)] { return std::make_unique<Controller>(config); };
}

}  // namespace control
