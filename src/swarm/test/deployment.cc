#include "deployment.h"

#include <algorithm>
#include <optional>

namespace swarm {
namespace {

constexpr TimerRange kWork{0x0010};   // own part: the task
constexpr TimerRange kFence{0x0011};  // own part: the term
constexpr world::TimerId kOfferTimer{1};
constexpr world::TimerId kPostTimer{1};

}  // namespace

void PlainAgent::step(const world::Event& event, world::Context& context, world::Effects& effects) {
  if (const auto* start = std::get_if<world::Start>(&event)) {
    core::check(member_.start(*start, context, effects).has_value(), "its store is sound");
  } else if (const auto* received = std::get_if<world::Received>(&event)) {
    (void)member_.receive(received->message, context, effects);
  } else if (const auto* persisted = std::get_if<world::Persisted>(&event)) {
    (void)member_.persisted(persisted->id, context, effects);
  } else if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
    const TaskId task(TimerRange::own(fired->timer));
    if (kFence.contains(fired->timer)) {
      member_.fenced(TimerRange::own(fired->timer), context, effects);
    } else if (!member_.timer(fired->timer, context, effects) && kWork.contains(fired->timer) &&
               member_.in_hand(task) != nullptr) {
      const bool failed = fails_ && fails_(context.self, context.now);
      member_.ended(task, AttemptEnd::kFinished, {failed ? Outcome::kRejected : Outcome::kDone, {}},
                    context, effects);
    }
  }
  serve(context, effects);
  const bool working = member_.tasks_in_hand() > 0;
  if (member_.state() == AgentState::kInitialising && member_.leader()) {
    member_.set_state(AgentState::kReady, context, effects);
  }
  if (takes_work(member_.state())) {
    member_.set_state(working ? AgentState::kBusy : AgentState::kReady, context, effects);
  }
  serve(context, effects);
}

// Every attempt takes as long as its task declares.
void PlainAgent::serve(world::Context& context, world::Effects& effects) {
  for (auto requests = member_.take_requests(); !requests.empty();
       requests = member_.take_requests()) {
    for (const MemberRequest& request : requests) {
      if (const auto* fence = std::get_if<FenceWanted>(&request)) {
        if (fence_takes_ > core::Duration{}) {
          effects.set_timer(kFence.timer(fence->term), fence_takes_);
        } else {
          member_.fenced(fence->term, context, effects);
        }
      } else if (const auto* voided = std::get_if<VoidWanted>(&request)) {
        member_.voided(voided->authority.task, {}, context, effects);
      } else if (const auto* work = std::get_if<WorkWanted>(&request)) {
        const Task& task = member_.in_hand(work->task)->task;
        effects.set_timer(kWork.timer(work->task.value), task.service_cpu + task.service_wait);
      }
    }
  }
}

// What passes between a test and the nodes that it plays.
struct Deployment::Mail {
  std::map<world::NodeId, std::vector<world::Message>> out;
  std::vector<AdminAnswer> answers;
  std::optional<StatusAnswer> status;
  std::vector<world::Sample> samples;
  std::map<TaskId, Result> results;
  std::uint64_t offered = 0;
};

// Offers a task at a time to the voters in turn, and again until it is answered.
class Deployment::Client : public world::Machine {
 public:
  Client(std::shared_ptr<Mail> mail, const Plan& plan, std::vector<world::NodeId> voters)
      : mail_(std::move(mail)), plan_(plan), voters_(std::move(voters)) {}

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (std::holds_alternative<world::Start>(event)) {
      effects.set_timer(kOfferTimer, core::seconds(2));
    } else if (std::holds_alternative<world::TimerFired>(event)) {
      effects.set_timer(kOfferTimer, plan_.pace);
      offer(context, effects, TaskId(++mail_->offered));
      for (std::uint64_t id = 1; id + 25 < mail_->offered; ++id) {
        if (!mail_->results.contains(TaskId(id)) && id % 25 == mail_->offered % 25) {
          offer(context, effects, TaskId(id));
        }
      }
    } else if (const auto* received = std::get_if<world::Received>(&event)) {
      if (received->message.type == WhomToAsk::kType) {
        voters_ = world::payload<WhomToAsk>(received->message)->voters;
      }
      if (received->message.type != Reply::kType) {
        return;
      }
      if (const auto reply = world::payload<Reply>(received->message)) {
        const auto [known, fresh] = mail_->results.try_emplace(reply->task, reply->result);
        core::check(fresh || known->second == reply->result, "an answer stays what it was");
      }
    }
  }
  [[nodiscard]] std::uint64_t digest() const override { return mail_->offered; }

 private:
  void offer(world::Context& context, world::Effects& effects, TaskId id) {
    Task task;
    task.id = id;
    task.client = context.self;
    task.service_wait = plan_.service;
    effects.send(voters_[turn_++ % voters_.size()], Offer{task, {}, false});
  }

  std::shared_ptr<Mail> mail_;
  Plan plan_;
  std::vector<world::NodeId> voters_;
  std::size_t turn_ = 0;
};

// Sends what a test gives it and keeps what comes.
class Deployment::Post : public world::Machine {
 public:
  explicit Post(std::shared_ptr<Mail> mail) : mail_(std::move(mail)) {}

  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (const auto* received = std::get_if<world::Received>(&event)) {
      keep(received->message);
      return;
    }
    effects.set_timer(kPostTimer, core::milliseconds(1));
    for (world::Message& message : mail_->out[context.self]) {
      effects.send(std::move(message));
    }
    mail_->out[context.self].clear();
  }
  [[nodiscard]] std::uint64_t digest() const override { return 0; }

 private:
  void keep(const world::Message& message) {
    if (message.type == AdminAnswer::kType) {
      mail_->answers.push_back(world::payload<AdminAnswer>(message).value());
    } else if (message.type == StatusAnswer::kType) {
      if (auto status = world::payload<StatusAnswer>(message).value(); status.leads) {
        mail_->status = std::move(status);
      }
    } else if (message.type == world::Sample::kType) {
      mail_->samples.push_back(world::payload<world::Sample>(message).value());
      core::check(mail_->samples.back().node == message.from, "a member reports of itself");
    }
  }

  std::shared_ptr<Mail> mail_;
};

Deployment::Deployment(Plan plan)
    : plan_(std::move(plan)), mail_(std::make_shared<Mail>()), simulation_([this] {
        world_sim::Options options;
        options.seed = plan_.seed;
        options.sinks = {this};
        options.observer = this;
        options.faults = plan_.faults;
        return options;
      }()) {
  TopologySpec spec;
  spec.kind = plan_.kind;
  spec.standbys = plan_.standbys;
  if (plan_.kind != TopologyKind::kMesh) {
    spec.coordinator = world::NodeId(1);
  }
  for (std::uint32_t i = 0; i < plan_.agents; ++i) {
    spec.agents.push_back(world::NodeId(2 + i));
  }
  if (plan_.shape) {
    plan_.shape(spec);
  }
  topology_ = make_topology(spec).value();
  for (const TopologyMember& member : topology_.members) {
    boot(member.node);
  }
  may_lead_ = topology_.voters();
  simulation_.boot({kClientNode, "client", "client", "zone", {}},
                   [this] { return std::make_unique<Client>(mail_, plan_, topology_.voters()); });
  for (const world::NodeId node : {kControllerNode, kStrangerNode}) {
    simulation_.boot({node, "post", "post", "zone", {}},
                     [this] { return std::make_unique<Post>(mail_); });
  }
}

MemberConfig Deployment::config(world::NodeId node) const {
  MemberConfig config;
  config.group = GroupId(1);
  config.self = node;
  config.topology = topology_;
  config.coordinator.group = config.group;
  config.coordinator.dispatch = plan_.dispatch;
  config.coordinator.queue_limit = plan_.queue_limit;
  config.telemetry = {kControllerNode, plan_.telemetry_every, 2000};
  config.joins = topology_.find(node) == nullptr;
  if (plan_.adjust) {
    plan_.adjust(config);
  }
  return config;
}

void Deployment::boot(world::NodeId node) {
  may_lead_.push_back(node);
  simulation_.boot({node, "agent", "agent", "zone", {}},
                   [made = config(node), fails = plan_.fails, takes = plan_.fence_takes] {
                     return std::make_unique<PlainAgent>(made, fails, takes);
                   });
}

void Deployment::say(world::NodeId from, world::Message message) {
  mail_->out[from].push_back(std::move(message));
}

AdminAnswer Deployment::ask(const AdminAction& action, core::Duration deadline) {
  const AdminToken token(++tokens_);
  AdminAnswer last;
  const core::Time until = simulation_.now() + deadline;
  while (simulation_.now() < until) {
    mail_->answers.clear();
    for (const world::NodeId voter : may_lead_) {
      say(kControllerNode, world::make_message(voter, AdminRequest{token, action}));
    }
    run_for(core::milliseconds(100));
    for (const AdminAnswer& answer : mail_->answers) {
      if (answer.token != token || answer.verdict == AdminVerdict::kNotLeader) {
        continue;
      }
      last = answer;
      if (answer.verdict != AdminVerdict::kUnderWay) {
        return last;
      }
    }
  }
  return last;
}

StatusAnswer Deployment::status() {
  mail_->status.reset();
  for (int tries = 0; tries < 50 && !mail_->status; ++tries) {
    for (const world::NodeId voter : may_lead_) {
      say(kControllerNode, world::make_message(voter, StatusQuery{AdminToken(++tokens_)}));
    }
    run_for(core::milliseconds(100));
  }
  core::check(mail_->status.has_value(), "somebody leads");
  return *mail_->status;
}

const Member& Deployment::member(world::NodeId node) const {
  return dynamic_cast<const PlainAgent&>(*simulation_.machine(node)).member();
}

world::NodeId Deployment::leader() const {
  for (const world::NodeId voter : may_lead_) {
    if (simulation_.machine(voter) != nullptr && member(voter).leads()) {
      return voter;
    }
  }
  return {};
}

std::set<world::NodeId> Deployment::assigned(core::Time since) const {
  std::set<world::NodeId> agents;
  for (const world::TraceEntry& entry : trace_) {
    const auto record = world::as<TaskAssigned>(entry);
    if (record && entry.at >= since) {
      agents.insert(record->agent);
    }
  }
  return agents;
}

std::map<world::NodeId, std::size_t> Deployment::latest(std::size_t count) const {
  const std::vector<TaskAssigned> all = traced<TaskAssigned>();
  std::map<world::NodeId, std::size_t> counts;
  for (std::size_t i = all.size() - std::min(all.size(), count); i < all.size(); ++i) {
    ++counts[all[i].agent];
  }
  return counts;
}

const std::vector<world::Sample>& Deployment::samples() const {
  return mail_->samples;
}
const std::map<TaskId, Result>& Deployment::answers() const {
  return mail_->results;
}
std::uint64_t Deployment::offered() const {
  return mail_->offered;
}

}  // namespace swarm
