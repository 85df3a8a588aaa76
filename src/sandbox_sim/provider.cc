#include "sandbox_sim/provider.h"

#include <algorithm>

#include "num/math.h"

namespace sandbox_sim {
namespace {

using core::Code;
using core::fail;
using sandbox::SandboxInfo;
using sandbox::SandboxState;
using sandbox::Timed;

constexpr std::uint64_t kStart = num::purpose_of("sandbox.start");
constexpr std::uint64_t kCall = num::purpose_of("sandbox.call");
// The standard normal's 95 % quantile.
constexpr double kQuantile95 = 1.6448536269514722;

std::string named(sandbox::SandboxId id) {
  return "sandbox " + std::to_string(id.value);
}

std::uint64_t size_of(const std::map<std::string, core::Bytes>& files) {
  std::uint64_t total = 0;
  for (const auto& [path, content] : files) {
    total += content.size();
  }
  return total;
}

}  // namespace

SimProvider::SimProvider(ProviderConfig config, Surroundings surroundings)
    : config_(std::move(config)),
      surroundings_(std::move(surroundings)),
      calls_(config_.seed, 0, kCall) {
  core::check(config_.concurrent_starts > 0 && config_.most_sandboxes > 0,
              "a provider has room for a sandbox");
  core::check(surroundings_.now && surroundings_.host != nullptr && surroundings_.launch,
              "a provider knows its surroundings");
}

core::Duration SimProvider::draw(const StageModel& model, num::Stream& stream) const {
  if (model.median <= core::Duration::zero() || model.p95 <= model.median) {
    return model.median;
  }
  const double ratio = core::to_seconds(model.p95) / core::to_seconds(model.median);
  return stream.lognormal(model.median, num::log(ratio) / kQuantile95);
}

core::Duration SimProvider::call_time() {
  return draw(config_.call, calls_);
}

std::size_t SimProvider::alive() const {
  return static_cast<std::size_t>(std::ranges::count_if(records_, [](const auto& entry) {
    return entry.second.life.info.state != SandboxState::kEnded;
  }));
}

SimProvider::Record* SimProvider::with_token(const sandbox::Labels& metadata) {
  const auto token = metadata.find(std::string(sandbox::kTokenLabel));
  if (token == metadata.end()) {
    return nullptr;
  }
  for (auto& [id, record] : records_) {
    if (record.life.info.state != SandboxState::kEnded &&
        record.life.info.label(token->first) == token->second) {
      return &record;
    }
  }
  return nullptr;
}

// When a start that is asked for now gets one of the concurrent places.
core::Duration SimProvider::place_in_queue(core::Duration asked) const {
  std::vector<core::Duration> busy_until;
  for (const auto& [id, record] : records_) {
    const SandboxInfo& info = record.life.info;
    if (info.state == SandboxState::kStarting && info.ready_at > asked) {
      busy_until.push_back(info.ready_at);
    }
  }
  if (busy_until.size() < config_.concurrent_starts) {
    return asked;
  }
  // Those that wait in front take the places that become free first.
  std::ranges::sort(busy_until);
  return busy_until[busy_until.size() - config_.concurrent_starts];
}

SimProvider::Record& SimProvider::start_cold(const sandbox::SandboxSpec& spec) {
  const sandbox::SandboxId id(++last_id_);
  num::Stream stream(config_.seed, id.value, kStart);
  Record record;
  SandboxInfo& info = record.life.info;
  info.id = id;
  info.spec = spec;
  info.asked_at = now();
  const core::Duration begins = place_in_queue(info.asked_at);
  info.stages = {{sandbox::Stage::kQueue, begins - info.asked_at},
                 {sandbox::Stage::kPlace, draw(config_.place, stream)},
                 {sandbox::Stage::kFetch, draw(config_.fetch, stream)},
                 {sandbox::Stage::kBoot, draw(config_.boot, stream)}};
  record.fails = stream.chance(config_.start_failure);
  info.ready_at = info.asked_at;
  for (const sandbox::StageTime& stage : info.stages) {
    info.ready_at += stage.took;
  }
  info.expires_at = info.ready_at + spec.lifetime;
  return records_.emplace(id, std::move(record)).first->second;
}

Timed<SandboxInfo> SimProvider::outcome_of(const Record& record) const {
  SandboxInfo info = record.life.info;
  const core::Duration left = std::max(core::Duration::zero(), info.ready_at - now());
  if (record.fails) {
    return {fail(Code::kUnavailable, named(info.id) + " did not start; ask again"), left};
  }
  if (info.state == SandboxState::kStarting) {
    info.state = SandboxState::kRunning;  // when the answer arrives
  }
  return {std::move(info), left};
}

SimProvider::Record* SimProvider::ready_warm(const sandbox::SandboxSpec& spec) {
  if (spec.sandbox_template != config_.warm_template) {
    return nullptr;
  }
  for (auto& [id, record] : records_) {
    if (record.life.pooled && !record.life.claimed_at &&
        record.life.info.state == SandboxState::kRunning) {
      return &record;
    }
  }
  return nullptr;
}

Timed<SandboxInfo> SimProvider::claim(Record& record, const sandbox::SandboxSpec& spec) {
  SandboxInfo& info = record.life.info;
  num::Stream stream(config_.seed, info.id.value, num::purpose_of("sandbox.claim"));
  const core::Duration took = draw(config_.claim, stream);
  record.life.claimed_at = now();
  info.spec = spec;
  info.warm = true;
  info.asked_at = now();
  info.ready_at = now() + took;
  info.expires_at = info.ready_at + spec.lifetime;
  info.stages = {{sandbox::Stage::kClaim, took}};
  ++warm_claims_;
  return outcome_of(record);
}

void SimProvider::refill() {
  std::size_t waiting = 0;
  for (const auto& [id, record] : records_) {
    const bool unclaimed = record.life.pooled && !record.life.claimed_at;
    waiting += unclaimed && record.life.info.state != SandboxState::kEnded ? 1U : 0U;
  }
  sandbox::SandboxSpec spec;
  spec.sandbox_template = config_.warm_template;
  for (; waiting < config_.warm_sandboxes && alive() < config_.most_sandboxes; ++waiting) {
    Record& made = start_cold(spec);
    made.life.pooled = true;
    made.life.info.expires_at = core::Duration::max();
  }
}

void SimProvider::prepare() {
  refill();
}

Timed<SandboxInfo> SimProvider::create(const sandbox::Create& request) {
  settle();
  if (const Record* made = with_token(request.spec.metadata)) {
    return outcome_of(*made);
  }
  if (request.spec.vcpu == 0 || request.spec.memory_bytes == 0 ||
      request.spec.lifetime <= core::Duration::zero()) {
    return {fail(Code::kInvalid, "a sandbox needs a vCPU, memory and a lifetime"), call_time()};
  }
  if (Record* warm = ready_warm(request.spec)) {
    auto made = claim(*warm, request.spec);
    refill();
    return made;
  }
  if (alive() >= config_.most_sandboxes) {
    return {fail(Code::kExhausted, "all " + std::to_string(config_.most_sandboxes) +
                                       " sandboxes are in use; end one first"),
            call_time()};
  }
  return outcome_of(start_cold(request.spec));
}

core::Result<SimProvider::Record*> SimProvider::running(sandbox::SandboxId id) {
  settle();
  const auto found = records_.find(id);
  if (found == records_.end() || found->second.life.info.state == SandboxState::kEnded) {
    return fail(Code::kNotFound, "there is no " + named(id));
  }
  if (found->second.life.info.state != SandboxState::kRunning) {
    return fail(Code::kUnavailable,
                named(id) + " is " + std::string(name_of(found->second.life.info.state)));
  }
  return &found->second;
}

Timed<sandbox::ExecResult> SimProvider::exec(const sandbox::Exec& request) {
  const core::Duration took = call_time();
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), took};
  }
  if (!request.background) {
    return {fail(Code::kInvalid, "a simulated sandbox runs background programs only"), took};
  }
  Lifetime& life = (*record)->life;
  if (life.info.program == sandbox::ProgramState::kRunning) {
    return {fail(Code::kInvalid, named(life.info.id) + " runs a program already"), took};
  }
  sandbox::ExecResult result;
  result.process = sandbox::ProcessId(++last_process_);
  if (life.node) {
    // The disk is whole: the program goes on from what it kept.
    life.info.program = sandbox::ProgramState::kRunning;
    surroundings_.host->restart(life.node);
    return {std::move(result), took};
  }
  auto launch = surroundings_.launch(life.info, request);
  if (!launch) {
    return {std::unexpected(launch.error()), took};
  }
  life.node = launch->node.id;
  sandbox_of_[life.node] = life.info.id;
  life.info.program = sandbox::ProgramState::kRunning;
  surroundings_.host->boot(launch->node, std::move(launch->program));
  return {std::move(result), took};
}

Timed<sandbox::Done> SimProvider::write_file(const sandbox::WriteFile& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  auto files = (*record)->files;
  files[request.path] = request.content;
  if (size_of(files) > (*record)->life.info.spec.disk_bytes) {
    return {fail(Code::kExhausted, "the disk of " + named(request.sandbox) + " is full"),
            call_time()};
  }
  (*record)->files = std::move(files);
  return {sandbox::Done{}, call_time()};
}

Timed<sandbox::FileContent> SimProvider::read_file(const sandbox::ReadFile& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  const auto found = (*record)->files.find(request.path);
  if (found == (*record)->files.end()) {
    return {fail(Code::kNotFound, "there is no file " + request.path), call_time()};
  }
  return {sandbox::FileContent{found->second}, call_time()};
}

Timed<sandbox::FileNames> SimProvider::list_files(const sandbox::ListFiles& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  sandbox::FileNames names;
  for (const auto& [path, content] : (*record)->files) {
    if (path.starts_with(request.folder)) {
      names.names.push_back(path);
    }
  }
  return {std::move(names), call_time()};
}

Timed<sandbox::Done> SimProvider::remove_file(const sandbox::RemoveFile& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  if ((*record)->files.erase(request.path) == 0) {
    return {fail(Code::kNotFound, "there is no file " + request.path), call_time()};
  }
  return {sandbox::Done{}, call_time()};
}

Timed<sandbox::Done> SimProvider::pause(const sandbox::Pause& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  Lifetime& life = (*record)->life;
  life.info.state = SandboxState::kPaused;
  if (life.node) {
    surroundings_.host->halt(life.node, world::HaltReason::kFinished);
  }
  return {sandbox::Done{}, call_time()};
}

Timed<sandbox::Done> SimProvider::resume(const sandbox::Resume& request) {
  settle();
  const auto found = records_.find(request.sandbox);
  if (found == records_.end() || found->second.life.info.state != SandboxState::kPaused) {
    return {fail(Code::kNotFound, named(request.sandbox) + " is not paused"), call_time()};
  }
  Lifetime& life = found->second.life;
  life.info.state = SandboxState::kRunning;
  if (life.node) {
    surroundings_.host->restart(life.node);
    life.info.program = sandbox::ProgramState::kRunning;
  }
  return {sandbox::Done{}, call_time()};
}

Timed<sandbox::SnapshotMade> SimProvider::snapshot(const sandbox::Snapshot& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  const sandbox::SnapshotId id(images_.size() + 1);
  images_[id] = {(*record)->files};
  return {sandbox::SnapshotMade{id}, call_time()};
}

Timed<SandboxInfo> SimProvider::fork_sandbox(const sandbox::Fork& request) {
  const auto image = images_.find(request.snapshot);
  if (image == images_.end()) {
    return {fail(Code::kNotFound, "there is no such snapshot"), call_time()};
  }
  auto made = create({request.spec});
  if (made.outcome) {
    records_.at(made.outcome->id).files = image->second.files;
  }
  return made;
}

Timed<sandbox::Usage> SimProvider::metrics(const sandbox::MetricsOf& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  sandbox::Usage usage;
  if ((*record)->life.node && surroundings_.usage) {
    usage = surroundings_.usage((*record)->life.node);
  }
  usage.disk_bytes += size_of((*record)->files);
  return {usage, call_time()};
}

Timed<sandbox::Done> SimProvider::set_timeout(const sandbox::SetTimeout& request) {
  auto record = running(request.sandbox);
  if (!record) {
    return {std::unexpected(record.error()), call_time()};
  }
  if (request.lifetime <= core::Duration::zero()) {
    return {fail(Code::kInvalid, "a lifetime is above zero; kill ends a sandbox"), call_time()};
  }
  (*record)->life.info.spec.lifetime = request.lifetime;
  (*record)->life.info.expires_at = now() + request.lifetime;
  return {sandbox::Done{}, call_time()};
}

Timed<sandbox::Listing> SimProvider::list(const sandbox::List& request) {
  settle();
  sandbox::Listing listing;
  for (const auto& [id, record] : records_) {
    const SandboxInfo& info = record.life.info;
    const bool unclaimed = record.life.pooled && !record.life.claimed_at;
    const bool asked_for = std::ranges::all_of(request.metadata, [&](const auto& label) {
      const auto found = info.spec.metadata.find(label.first);
      return found != info.spec.metadata.end() && found->second == label.second;
    });
    if (info.state != SandboxState::kEnded && !unclaimed && asked_for) {
      listing.sandboxes.push_back(info);
    }
  }
  return {std::move(listing), call_time()};
}

Timed<sandbox::Done> SimProvider::kill(const sandbox::Kill& request) {
  settle();
  const auto found = records_.find(request.sandbox);
  if (found != records_.end() && found->second.life.info.state != SandboxState::kEnded) {
    end(found->second, sandbox::EndReason::kKilled, now());
  }
  return {sandbox::Done{}, call_time()};
}

void SimProvider::end(Record& record, sandbox::EndReason reason, core::Duration at) {
  Lifetime& life = record.life;
  if (life.node) {
    surroundings_.host->halt(life.node, world::HaltReason::kFinished);
  }
  life.info.state = SandboxState::kEnded;
  life.info.end_reason = reason;
  life.ended_at = at;
  refill();
}

void SimProvider::settle(Record& record) {
  SandboxInfo& info = record.life.info;
  if (info.state == SandboxState::kStarting && now() >= info.ready_at) {
    if (record.fails) {
      ++failed_starts_;
      end(record, sandbox::EndReason::kStartFailed, info.ready_at);
      return;
    }
    info.state = SandboxState::kRunning;
  }
  const bool lives = info.state == SandboxState::kRunning || info.state == SandboxState::kPaused;
  if (lives && now() >= info.expires_at) {
    end(record, sandbox::EndReason::kExpired, info.expires_at);
  }
}

void SimProvider::settle() {
  // Ending one may start another for the warm pool, which is not due yet.
  const std::uint64_t last = last_id_;
  for (std::uint64_t id = 1; id <= last; ++id) {
    settle(records_.at(sandbox::SandboxId(id)));
  }
}

void SimProvider::receive(const world::TraceEntry& entry) {
  const auto found = sandbox_of_.find(entry.node);
  if (found == sandbox_of_.end()) {
    return;
  }
  SandboxInfo& info = records_.at(found->second).life.info;
  if (const auto halted = world::as<world::NodeHalted>(entry)) {
    info.program = halted->reason == world::HaltReason::kOutOfMemory
                       ? sandbox::ProgramState::kOutOfMemory
                       : sandbox::ProgramState::kEnded;
  } else if (world::as<world::NodeBooted>(entry)) {
    info.program = sandbox::ProgramState::kRunning;
  }
}

sandbox::SandboxId SimProvider::adopt(const sandbox::SandboxSpec& spec, world::NodeId node) {
  const sandbox::SandboxId id(++last_id_);
  Record record;
  record.adopted = true;
  record.life.node = node;
  record.life.info.id = id;
  record.life.info.spec = spec;
  record.life.info.state = SandboxState::kRunning;
  record.life.info.program = sandbox::ProgramState::kRunning;
  record.life.info.asked_at = now();
  record.life.info.ready_at = now();
  record.life.info.expires_at = now() + spec.lifetime;
  records_.emplace(id, std::move(record));
  sandbox_of_[node] = id;
  return id;
}

std::vector<Lifetime> SimProvider::lifetimes() const {
  std::vector<Lifetime> all;
  for (const auto& [id, record] : records_) {
    all.push_back(record.life);
  }
  return all;
}

std::vector<core::Duration> SimProvider::start_times() const {
  std::vector<core::Duration> times;
  for (const auto& [id, record] : records_) {
    const SandboxInfo& info = record.life.info;
    const bool waits = record.life.pooled && !record.life.claimed_at;
    if (!record.adopted && !waits && !record.fails && info.ready_at <= now()) {
      times.push_back(info.ready_at - info.asked_at);
    }
  }
  std::ranges::sort(times);
  return times;
}

}  // namespace sandbox_sim
