#include "fleet.h"

#include <map>
#include <memory>

#include "world_sim/simulation.h"

namespace monitor {
namespace {

constexpr world::NodeId kDispatcher(1);
constexpr world::NodeId kController(100);
constexpr world::PoolId kFleetPool(1);
constexpr world::TimerId kArrival(1);
constexpr world::TimerId kReport(2);
constexpr world::TimerId kFirstTask(1000);
constexpr core::Duration kReportEvery = core::seconds(1);
constexpr core::Duration kDeadline = core::seconds(2);
constexpr core::Duration kTaskCpu = core::milliseconds(50);
constexpr core::Duration kTaskWait = core::milliseconds(10);

struct Job {
  static constexpr world::MessageType kType = 0x0F00;
  std::uint64_t id = 0;
  core::Duration cpu{};
  MUSTER_FIELDS(Job, id, cpu)
};
struct JobDone {
  static constexpr world::MessageType kType = 0x0F01;
  std::uint64_t id = 0;
  MUSTER_FIELDS(JobDone, id)
};

// What every reporting machine shares: a numbered sample each second.
class Reporter : public world::Machine {
 public:
  [[nodiscard]] std::uint64_t digest() const override { return sequence_; }

 protected:
  [[nodiscard]] core::Duration unreported(const world::Context& context) const {
    return context.now - reported_;
  }
  void report(world::Sample sample, world::Context& context, world::Effects& effects) {
    sample.node = context.self;
    sample.incarnation = context.incarnation;
    sample.sequence = ++sequence_;
    sample.at = context.now;
    sample.covers = unreported(context);
    sample.state = world::AgentState::kReady;
    reported_ = context.now;
    if (sample.covers > core::Duration{}) {
      effects.send(kController, sample);
    }
    effects.set_timer(kReport, kReportEvery);
  }
  void begin(world::Context& context, world::Effects& effects) {
    reported_ = context.now;
    effects.set_timer(kReport, kReportEvery);
  }

 private:
  std::uint64_t sequence_ = 0;
  core::Time reported_;
};

class Worker : public Reporter {
 public:
  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (std::holds_alternative<world::Start>(event)) {
      begin(context, effects);
    } else if (const auto* received = std::get_if<world::Received>(&event)) {
      const auto job = world::payload<Job>(received->message);
      jobs_.emplace(job->id, Taken{*job, received->message.from, context.now});
      effects.work(job->cpu, kTaskWait);
      effects.set_timer(world::TimerId(kFirstTask.value + job->id), {});
    } else if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
      if (fired->timer == kReport) {
        sample_.in_flight = static_cast<std::uint32_t>(jobs_.size());
        sample_.pool = kFleetPool;
        sample_.cpu_permille = static_cast<std::uint32_t>(
            std::min<std::int64_t>(sample_.cpu_time * 1000 / (2 * kReportEvery), 1000));
        report(sample_, context, effects);
        sample_ = {};
      } else {
        finish(fired->timer.value - kFirstTask.value, context, effects);
      }
    }
  }

 private:
  struct Taken {
    Job job;
    world::NodeId from;
    core::Time at;
  };
  void finish(std::uint64_t id, world::Context& context, world::Effects& effects) {
    const Taken taken = jobs_.at(id);
    jobs_.erase(id);
    ++sample_.done;
    ++sample_.latency[world::latency_bucket_of(context.now - taken.at)];
    sample_.cpu_time += taken.job.cpu;
    effects.send(taken.from, JobDone{id});
  }
  std::map<std::uint64_t, Taken> jobs_;
  world::Sample sample_;
};

class Dispatcher : public Reporter {
 public:
  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (std::holds_alternative<world::Start>(event)) {
      begin(context, effects);
      effects.set_timer(kArrival, core::milliseconds(10));
    } else if (const auto* received = std::get_if<world::Received>(&event)) {
      const auto done = world::payload<JobDone>(received->message);
      const auto open = open_.find(done->id);
      if (open != open_.end()) {
        ++pool_.done;
        ++pool_.latency[world::latency_bucket_of(context.now - open->second)];
        open_.erase(open);
      }
    } else if (const auto* fired = std::get_if<world::TimerFired>(&event)) {
      if (fired->timer == kReport) {
        tell(context, effects);
      } else {
        offer(context, effects);
      }
    }
  }

 private:
  void offer(world::Context& context, world::Effects& effects) {
    const std::uint64_t id = ++offered_;
    const Job job{id, context.random.exponential(kTaskCpu)};
    effects.send(worker_node(static_cast<std::uint32_t>(id % kFleetWorkers)), job);
    open_.emplace(id, context.now);
    ++pool_.offered;
    const bool busy = context.now.time_since_epoch() / core::seconds(20) % 3 == 0;
    const auto mean = busy ? core::microseconds(12'500) : core::microseconds(20'000);
    effects.set_timer(kArrival, context.random.exponential(mean));
  }
  void tell(world::Context& context, world::Effects& effects) {
    for (auto open = open_.begin(); open != open_.end() && context.now - open->second > kDeadline;
         open = open_.erase(open)) {
      ++pool_.failed;
    }
    pool_.pool = kFleetPool;
    pool_.in_flight = static_cast<std::uint32_t>(open_.size());
    world::Sample sample;
    sample.leader = world::LeaderSample{1, unreported(context), 1, {pool_}};
    report(sample, context, effects);
    pool_ = {};
  }
  std::map<std::uint64_t, core::Time> open_;
  std::uint64_t offered_ = 0;
  world::PoolSample pool_;
};

class Watcher : public world::Machine {
 public:
  explicit Watcher(std::vector<View>& views) : views_(views) {}
  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    if (const auto* received = std::get_if<world::Received>(&event)) {
      const auto sample = world::payload<world::Sample>(received->message);
      monitor_.fold(received->message.from, *sample, context.now);
      return;
    }
    if (std::holds_alternative<world::TimerFired>(event)) {
      views_.push_back(monitor_.view(context.now));
    }
    effects.set_timer(kReport, kBin);
  }
  [[nodiscard]] std::uint64_t digest() const override { return core::digest(monitor_); }

 private:
  Monitor monitor_;
  std::vector<View>& views_;
};

}  // namespace

FleetRun run_fleet(std::uint64_t seed, const world::FaultPlan& faults, core::Duration lasts) {
  FleetRun run;
  run.end = core::at(lasts);
  for (const world::Fault& fault : faults) {
    run.labels.push_back({fault.trigger.not_before, fault.trigger.not_before + fault.duration});
  }
  world_sim::Options options;
  options.seed = seed;
  options.faults = faults;
  world_sim::Simulation simulation(options);
  simulation.boot({kDispatcher, "dispatcher", "leader", "zone", {}},
                  [] { return std::make_unique<Dispatcher>(); });
  for (std::uint32_t i = 0; i < kFleetWorkers; ++i) {
    simulation.boot({worker_node(i), "worker", "worker", "zone", {}},
                    [] { return std::make_unique<Worker>(); });
  }
  simulation.boot({kController, "controller", "controller", "zone", {}},
                  [&run] { return std::make_unique<Watcher>(run.views); });
  simulation.run_until(run.end);
  for (std::uint32_t i = 0; i < faults.size(); ++i) {
    core::check(simulation.acted(i) > 0, "every fault of the plan acts");
  }
  return run;
}

}  // namespace monitor
