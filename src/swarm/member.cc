#include "swarm/member.h"

#include <algorithm>

#include "swarm/graph.h"

namespace swarm {
namespace {

RaftOptions raft_options(const MemberConfig& config) {
  RaftOptions options;
  options.group = config.group;
  options.self = config.self;
  if (!config.joins) {
    options.initial = {config.topology.voters(), config.topology.learners()};
  }
  options.heartbeat = config.heartbeat;
  options.election_timeout = config.election_timeout;
  options.preferred = config.topology.coordinator() == config.self;
  options.may_lead = config.joins || config.topology.may_lead(config.self);
  options.snapshot_threshold = config.snapshot_threshold;
  return options;
}

LinksConfig links_config(const MemberConfig& config) {
  LinksConfig links;
  links.group = config.group;
  links.topology = core::digest(config.topology);
  if (config.topology.is_graph()) {
    // Neighbours speak every two heartbeats, and messages take another way when one falls silent.
    links.retry = 2 * config.heartbeat;
    links.keepalive = 4 * config.heartbeat;
    links.silence = 10 * config.heartbeat;
  }
  return links;
}

Ledger founded_ledger(const MemberConfig& config) {
  Directory directory;
  std::vector<Pool> pools = config.founding.pools;
  if (pools.empty()) {
    pools.push_back(directory.pool(kDefaultPool));
  }
  Route route = config.founding.route;
  if (route.weights.empty()) {
    route.weights[pools.front().id] = kWholeRoute;
  }
  std::vector<MemberEntry> founders;
  for (const TopologyMember& member : config.topology.members) {
    MemberEntry& founder = founders.emplace_back();
    founder.node = member.node;
    founder.founder = true;
    founder.voter = member.voter;
    if (const auto fleet = config.topology.fleets.find(member.node);
        fleet != config.topology.fleets.end()) {
      founder.fleet = fleet->second;
    }
    founder.sub_leader = sub_leader_of(config.topology, member.node);
    if (member.role != MemberRole::kCoordinator && member.role != MemberRole::kRelay) {
      const auto pool = config.founding.pool_of.find(member.node);
      founder.pool = pool == config.founding.pool_of.end() ? pools.front().id : pool->second;
    }
    if (const auto declared = config.coordinator.capabilities.find(member.node);
        declared != config.coordinator.capabilities.end()) {
      founder.capabilities = declared->second;
    }
  }
  std::optional<Bandit> bandit;
  if (config.coordinator.dispatch.policy == Policy::kAdaptive) {
    bandit.emplace(config.coordinator.dispatch.bandit);
  }
  return Ledger(
      Directory(std::move(pools), std::move(route), std::move(founders), config.topology.places),
      std::move(bandit));
}

}  // namespace

Member::Member(MemberConfig config)
    : config_(std::move(config)),
      topology_(config_.topology),
      raft_(raft_options(config_)),
      ledger_(founded_ledger(config_)),
      links_(links_config(config_)),
      detector_({config_.heartbeat, config_.suspect_after}),
      coordinator_(config_.coordinator),
      reporter_(config_.telemetry),
      stitcher_(config_.pipeline.stitch_after) {
  core::check((config_.topology.find(config_.self) == nullptr) == config_.joins,
              "a member is in its topology, or joins later");
  if (config_.joint) {
    core::check(config_.joint->members == config_.joint_members.size(),
                "as many members decide as the rules say");
    proposer_.emplace(*config_.joint);
  }
  if (!watches_by_heartbeat()) {
    swim_.emplace(SwimConfig{});
  }
  if (config_.topology.is_graph()) {
    routes_.emplace(config_.topology, config_.self, 2 * config_.heartbeat);
  }
  if (config_.topology.kind == TopologyKind::kRing) {
    pipeline_.emplace(config_.pipeline, config_.topology.stages);
  }
}

bool Member::watches_by_heartbeat() const {
  return config_.topology.members.size() <= kHeartbeatMembers;
}

core::Result<void> Member::start(const world::Start& start, world::Context& context,
                                 world::Effects& effects) {
  std::vector<core::Bytes> raft_records;
  std::vector<core::Bytes> worker_records;
  for (const core::Bytes& record : start.recovered) {
    if (!record.empty() && record.front() == kMemberComponent) {
      Image image = TRY(core::decode<Image>(core::BytesView(record).subspan(1)));
      raft_records = {std::move(image.raft)};
      worker_records = {std::move(image.worker)};
    } else if (Raft::owns_record(record)) {
      raft_records.push_back(record);
    } else if (Worker::owns_record(record)) {
      worker_records.push_back(record);
    }
  }
  TRY_VOID(raft_.start(raft_records, context, effects));
  Desk shared = desk(context, effects);
  TRY_VOID(worker_.start(worker_records, shared));
  links_.declare(topology_.peers(config_.self, {}), context, effects);
  if (pipeline_) {
    pipeline_->stitch(shared, ring_of(config_.topology.stages));
  }
  if (routes_) {
    routes_->start(effects);
  }
  link_swim({});
  if (swim_) {
    swim_->start(everybody(), context, effects);
  }
  reporter_.start(context.now, effects);
  finish_step(context, effects);
  return {};
}

bool Member::receive(const world::Message& message, world::Context& context,
                     world::Effects& effects) {
  if (message.type < 0x0100 || message.type > 0x02FF) {
    return false;
  }
  const bool from_member = topology_.find(message.from) != nullptr;
  if (from_member) {
    if (!is_neighbour(message, context, effects) || !links_.heard(message, context, effects)) {
      return true;
    }
    detector_.heard(message.from, context, effects);
  } else if (message.from == config_.telemetry.controller && message.from) {
    Desk shared = desk(context, effects);
    administer(message, shared);
    finish_step(context, effects);
    return true;
  } else if (message.type != Offer::kType && (routes_ || !Raft::owns(message))) {
    // Raft weighs what it is told by those whose entry this member has not learned yet.
    return true;
  }
  handle(message, context, effects);
  finish_step(context, effects);
  return true;
}

void Member::handle(const world::Message& message, world::Context& context,
                    world::Effects& effects) {
  if (Raft::owns(message)) {
    raft_.receive(message, context, effects);
  } else if (Links::owns(message.type)) {
    links_.receive(message, context, effects);
  } else if (message.type == Heartbeat::kType) {
    if (message.term >= raft_.term()) {
      answer_heartbeat(message, report(), effects);
    }
  } else if (message.type == HeartbeatAck::kType) {
    detector_.receive(message, context, effects);
  } else if (Swim::owns(message.type)) {
    if (swim_) {
      swim_->receive(message, context, effects);
    }
  } else if (JointProposer::owns(message.type)) {
    if (proposer_) {
      joint_ended(proposer_->receive(message, context, effects));
    }
  } else if (JointMember::owns(message.type)) {
    if (const auto question = joint_member_.receive(message, effects)) {
      requests_.emplace_back(OpinionWanted{*question, false});
    }
  } else if (Routes::owns(message.type)) {
    if (routes_) {
      relayed(message, context, effects);
    }
  } else if (is_ring_message(message.type)) {
    Desk shared = desk(context, effects);
    handle_ring_message(message, shared);
  } else {
    handle_task_message(message, context, effects);
  }
}

void Member::handle_task_message(const world::Message& message, world::Context& context,
                                 world::Effects& effects) {
  Desk shared = desk(context, effects);
  if (message.type == Offer::kType) {
    offered(message, shared);
  } else if (message.type == Assignment::kType) {
    const auto assignment = world::payload<Assignment>(message);
    if (assignment) {
      assigned(*assignment, shared);
    }
  } else if (message.type == AttemptResult::kType) {
    const auto result = world::payload<AttemptResult>(message);
    if (result) {
      attempt_ended(*result, message.from, shared);
    }
  } else if (message.type == ResultAcknowledged::kType) {
    if (const auto acknowledged = world::payload<ResultAcknowledged>(message)) {
      worker_.acknowledged(*acknowledged);
    }
  }
}

// Who is elected but not in office yet keeps what is reported: no agent need do that again.
void Member::attempt_ended(const AttemptResult& result, world::NodeId from, Desk& desk) {
  if (coordinator_.leading()) {
    coordinator_.reported(desk, result, from);
  } else if (raft_.is_leader()) {
    early_results_[result.task] = {from, result};
  }
}

// The leader takes it; any other member passes it on once, or says whom to ask.
void Member::offered(const world::Message& message, Desk& desk) {
  auto offer = world::payload<Offer>(message);
  if (!offer) {
    return;
  }
  if (!offer->forwarded) {
    if (offer->task.client != message.from) {
      return;  // a client asks for itself
    }
    desk.effects.trace(OfferReceived{offer->task.id});
  }
  if (coordinator_.leading()) {
    coordinator_.offered(desk, *offer);
    return;
  }
  const world::NodeId leader = raft_.leader();
  if (!offer->forwarded && leader && leader != config_.self && reaches(leader)) {
    offer->forwarded = true;
    desk.post(leader, *offer, raft_.term());
  } else if (!offer->forwarded) {
    desk.post(message.from, NotLeader{offer->task.id, {}}, raft_.term());
  }
}

bool Member::timer(world::TimerId timer, world::Context& context, world::Effects& effects) {
  Desk shared = desk(context, effects);
  if (Raft::owns(timer)) {
    raft_.timer(timer, context, effects);
  } else if (Links::owns(timer)) {
    links_.timer(timer, context, effects);
  } else if (routes_ && Routes::owns(timer)) {
    routes_->timer(effects);
  } else if (Detector::owns(timer)) {
    detector_.timer(timer, context, effects);
  } else if (swim_ && Swim::owns(timer)) {
    swim_->timer(timer, context, effects);
  } else if (Coordinator::owns(timer)) {
    if (coordinator_.leading()) {
      coordinator_.timer(shared, timer);
    }
  } else if (Worker::owns(timer)) {
    worker_.timer(shared);
  } else if (Reporter::owns(timer)) {
    send_sample(shared);
  } else if (proposer_ && JointProposer::owns(timer)) {
    joint_ended(proposer_->timer(timer, context, effects));
  } else if (pipeline_ && (Pipeline::owns(timer) || kStitchTimers.contains(timer))) {
    ring_timer(timer, shared);
  } else {
    return false;
  }
  finish_step(context, effects);
  return true;
}

bool Member::persisted(world::PersistId id, world::Context& context, world::Effects& effects) {
  if (!Raft::owns(id)) {
    return false;
  }
  raft_.persisted(id, context, effects);
  finish_step(context, effects);
  return true;
}

// What one component did may concern the others, and posting to oneself is a message like any
// other: go on until nothing is left. Bounded, since a member never posts to itself without end.
void Member::finish_step(world::Context& context, world::Effects& effects) {
  constexpr int kRounds = 10'000;
  for (int round = 0;; ++round) {
    core::check(round < kRounds, "a step comes to an end");
    follow_raft(context, effects);
    if (pipeline_) {
      Desk shared = desk(context, effects);
      serve_pipeline(shared);
    }
    if (routes_) {
      routes_->follow(links_.proven_peers(), context, effects);
    }
    if (loopback_.empty()) {
      break;
    }
    for (const world::Message& message : std::exchange(loopback_, {})) {
      handle(message, context, effects);
    }
  }
  for (auto& request : coordinator_.take_fences()) {
    requests_.emplace_back(request);
  }
  for (auto& request : coordinator_.take_voids()) {
    requests_.emplace_back(request);
  }
  for (auto& request : coordinator_.take_low_waters()) {
    requests_.emplace_back(request);
  }
  if (routes_) {
    send_over_links(context, effects);
  }
}

void Member::follow_raft(world::Context& context, world::Effects& effects) {
  Desk shared = desk(context, effects);
  follow_leadership(shared);
  for (;;) {
    if (const auto snapshot = raft_.take_installed_snapshot()) {
      auto ledger = core::decode<Ledger>(snapshot->state);
      core::check(ledger.has_value(), "a committed snapshot is a ledger");
      ledger_ = std::move(*ledger);
      follow_members(shared);
      follow_ring(shared);
    }
    const Entry* committed = raft_.take_committed();
    if (committed == nullptr) {
      break;
    }
    apply(*committed, shared);
  }
  follow_leadership(shared);
  follow_leader(shared);
  watch_agents(shared);
  if (coordinator_.leading()) {
    steward_.tend(shared, [this](const MemberEntry& member) { return look_at(member); });
  }
  if (raft_.wants_compaction()) {
    compact(effects);
  }
}

// What it proposes may move the log, so the entry is not looked at after it is decoded.
void Member::apply(const Entry& entry, Desk& desk) {
  if (entry.kind == EntryKind::kConfiguration) {
    return apply_configuration(entry, desk);
  }
  if (entry.kind != EntryKind::kCommand) {
    return;
  }
  const auto command = core::decode<Command>(entry.bytes);
  core::check(command.has_value(), "a committed command decodes");
  const Index index = entry.index;
  const bool changed = ledger_.apply(*command);
  if (const auto* finish = std::get_if<Finish>(&*command)) {
    desk.effects.trace(TaskFinished{finish->task, finish->attempt, finish->result.outcome, changed,
                                    core::digest(finish->result)});
  } else if (const auto* refuse = std::get_if<Refuse>(&*command); refuse != nullptr && changed) {
    desk.effects.trace(TaskShed{refuse->task.id});
  } else if (changed && std::holds_alternative<Stitch>(*command)) {
    desk.effects.trace(RingChanged{*ledger_.ring()});
    follow_ring(desk);
  } else if (changed && concerns_directory(*command)) {
    directory_changed(*command, index, desk);
  }
  if (coordinator_.leading()) {
    meter_.applied(*command, changed, ledger_, desk.context.now);
    coordinator_.applied(desk, *command, changed);
  }
}

void Member::follow_leadership(Desk& desk) {
  const bool still = raft_.is_leader() && raft_.term() == coordinator_.term();
  if (coordinator_.leading() && !still) {
    coordinator_.stop(desk);
    detector_.stop(desk.effects);
    steward_.stop();
    availability_.clear();
  }
  if (!raft_.is_leader()) {
    early_results_.clear();
  }
  if (!coordinator_.leading() && raft_.is_leader_ready() &&
      raft_.applied_index() == raft_.commit_index()) {
    links_.declare(topology_.peers(config_.self, config_.self), desk.context, desk.effects);
    const std::vector<world::NodeId> workers = topology_.workers(config_.self);
    for (const world::NodeId agent : workers) {
      availability_[agent] = {false, false};  // as dispatch begins
    }
    meter_.lead(ledger_, desk.context.now);
    coordinator_.lead(desk, workers);
    for (const auto& [task, report] : std::exchange(early_results_, {})) {
      coordinator_.reported(desk, report.second, report.first);
    }
    if (pipeline_) {
      stitcher_.reset();
      cut_off_.clear();
      care_for_ring(desk);
    }
    if (watches_by_heartbeat()) {
      detector_.lead(raft_.term(), everybody(), desk.context, desk.effects);
    }
  }
}

void Member::follow_leader(Desk& desk) {
  const world::NodeId leader = raft_.leader();
  if (leader == known_leader_) {
    return;
  }
  known_leader_ = leader;
  links_.declare(topology_.peers(config_.self, leader), desk.context, desk.effects);
  if (pipeline_) {
    for (const world::NodeId peer : pipeline_->broken_links()) {
      report_broken({peer, true}, desk);
    }
  }
  link_swim(leader);
  worker_.leader_changed(desk, leader);
}

// Tells dispatch what changed: an agent takes work when its link is proven, it says that it is
// ready, and nobody suspects it.
void Member::watch_agents(Desk& desk) {
  if (!coordinator_.leading()) {
    return;
  }
  for (auto& [agent, known] : availability_) {
    std::pair<bool, bool> now{takes_work(state_), false};
    if (agent != config_.self) {
      const bool suspected = swim_ ? swim_->suspected(agent) : detector_.suspected(agent);
      const bool ready = reaches(agent) && (swim_ || takes_work(detector_.observed(agent)));
      now = {ready, suspected};
    }
    if (known != now) {
      known = now;
      coordinator_.set_available(desk, agent, now.first, now.second);
    }
  }
}

void Member::compact(world::Effects& effects) {
  raft_.compact(raft_.applied_index(), core::encode(ledger_));
  core::Bytes image = core::encode(Image{raft_.durable_image(), worker_.durable_image()});
  image.insert(image.begin(), kMemberComponent);
  effects.replace_store(std::move(image));
}

MemberReport Member::report() const {
  return {state_, static_cast<std::uint32_t>(worker_.count_in_hand()), 0};
}

void Member::joint_ended(std::optional<JointOutcome> outcome) {
  if (outcome) {
    requests_.emplace_back(std::move(*outcome));
  }
}

void Member::fenced(Term term, world::Context& context, world::Effects& effects) {
  Desk shared = desk(context, effects);
  coordinator_.fenced(shared, term);
  finish_step(context, effects);
}

void Member::voided(TaskId task, const std::optional<Result>& happened, world::Context& context,
                    world::Effects& effects) {
  Desk shared = desk(context, effects);
  coordinator_.voided(shared, task, happened);
  finish_step(context, effects);
}

void Member::ended(TaskId task, AttemptEnd end, Result result, world::Context& context,
                   world::Effects& effects) {
  Desk shared = desk(context, effects);
  reporter_.ended(task, end, result.outcome, context.now);
  worker_.ended(shared, task, end, std::move(result));
  if (pipeline_) {
    pipeline_->ended(shared, task);
  }
  finish_step(context, effects);
}

void Member::ask_jointly(TaskId task, world::Context& context, world::Effects& effects) {
  const Assignment* assignment = worker_.in_hand(task);
  core::check(proposer_ && assignment != nullptr, "a joint question is about a task in hand");
  const JointAsk question{task, assignment->authority.attempt, assignment->authority.term,
                          assignment->task.payload};
  proposer_->ask(question, config_.joint_members, context, effects);
  if (std::ranges::find(config_.joint_members, config_.self) != config_.joint_members.end()) {
    requests_.emplace_back(OpinionWanted{question, true});
  }
}

void Member::opinion(const JointAnswer& answer, world::Effects& effects) {
  joint_member_.answer(answer, effects);
}

void Member::own_opinion(const JointAnswer& answer, world::Context& context,
                         world::Effects& effects) {
  joint_ended(proposer_->record(config_.self, answer, context, effects));
}

void Member::set_state(AgentState state, world::Context& context, world::Effects& effects) {
  if (state == state_) {
    return;
  }
  core::check(may_become(state_, state), "an agent's state changes legally");
  effects.trace(AgentStateChanged{state_, state});
  state_ = state;
  finish_step(context, effects);
}

}  // namespace swarm
