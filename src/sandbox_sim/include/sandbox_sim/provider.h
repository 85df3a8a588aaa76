// A provider of sandboxes in virtual time.
//
// What it models, stage by stage: a start waits for one of the concurrent places (queue), finds a
// machine (place), fetches the image (fetch) and boots (boot); or it takes a warm sandbox (claim),
// whose replacement starts at that moment. An empty warm pool means a cold start. Times are drawn
// from lognormal distributions that are given by median and 95th percentile; every sandbox draws
// from a stream of its own, so that one more sandbox changes no other's times.
//
// Limits act: no more sandboxes than there is room for, files only up to the disk's size, the
// program ends when the lifetime does; the memory limit is the node's own, and the driver's kill is
// seen here. Programs are nodes: exec boots one through world::Host, kill halts it. A paused
// sandbox keeps its disk and not its memory: its program starts again from what was durable.
//
// Everything that ever existed is on record with its times, for the cost of a run.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "num/stream.h"
#include "sandbox/provider.h"
#include "world/host.h"
#include "world/machine.h"
#include "world/trace.h"

namespace sandbox_sim {

struct StageModel {
  core::Duration median{};
  core::Duration p95{};  // >= median; equal: always the median
  MUSTER_FIELDS(StageModel, median, p95)
};

struct ProviderConfig {
  std::uint64_t seed = 0;
  StageModel place{core::milliseconds(50), core::milliseconds(150)};
  StageModel fetch{core::milliseconds(300), core::milliseconds(900)};
  StageModel boot{core::milliseconds(900), core::milliseconds(1800)};
  StageModel claim{core::milliseconds(20), core::milliseconds(60)};
  StageModel call{core::milliseconds(5), core::milliseconds(15)};  // every other operation
  num::Probability start_failure;
  std::uint32_t concurrent_starts = 10;  // > 0; warm ones that are prepared count too
  std::uint32_t most_sandboxes = 100;    // > 0; all that have not ended, warm ones included
  std::uint32_t warm_sandboxes = 0;      // kept ready
  std::string warm_template = "base";
  MUSTER_FIELDS(ProviderConfig, seed, place, fetch, boot, claim, call, start_failure,
                concurrent_starts, most_sandboxes, warm_sandboxes, warm_template)
};

// What runs where, as the composition root knows it.
struct Launch {
  world::NodeSpec node;  // its id is new
  world::Program program;
};
struct Surroundings {
  std::function<core::Time()> now;
  world::Host* host = nullptr;  // outlives the provider
  // The node for a program that is started in a sandbox. Errors are those of exec.
  std::function<core::Result<Launch>(const sandbox::SandboxInfo&, const sandbox::Exec&)> launch;
  // What a node has used; may be empty.
  std::function<sandbox::Usage(world::NodeId)> usage;
};

// A sandbox from the moment it was asked for to its end.
struct Lifetime {
  sandbox::SandboxInfo info;
  world::NodeId node;                        // 0: no program was started
  std::optional<core::Duration> claimed_at;  // warm ones: when somebody wanted them
  std::optional<core::Duration> ended_at;
  bool pooled = false;  // was prepared for the warm pool
};

class SimProvider : public sandbox::Provider, public world::TraceSink {
 public:
  // REQUIRES: bounds as stated, surroundings complete but for `usage`.
  SimProvider(ProviderConfig config, Surroundings surroundings);

  sandbox::Timed<sandbox::SandboxInfo> create(const sandbox::Create& request) override;
  sandbox::Timed<sandbox::ExecResult> exec(const sandbox::Exec& request) override;
  sandbox::Timed<sandbox::Done> write_file(const sandbox::WriteFile& request) override;
  sandbox::Timed<sandbox::FileContent> read_file(const sandbox::ReadFile& request) override;
  sandbox::Timed<sandbox::FileNames> list_files(const sandbox::ListFiles& request) override;
  sandbox::Timed<sandbox::Done> remove_file(const sandbox::RemoveFile& request) override;
  sandbox::Timed<sandbox::Done> pause(const sandbox::Pause& request) override;
  sandbox::Timed<sandbox::Done> resume(const sandbox::Resume& request) override;
  sandbox::Timed<sandbox::SnapshotMade> snapshot(const sandbox::Snapshot& request) override;
  sandbox::Timed<sandbox::SandboxInfo> fork_sandbox(const sandbox::Fork& request) override;
  sandbox::Timed<sandbox::Usage> metrics(const sandbox::MetricsOf& request) override;
  sandbox::Timed<sandbox::Done> set_timeout(const sandbox::SetTimeout& request) override;
  sandbox::Timed<sandbox::Listing> list(const sandbox::List& request) override;
  sandbox::Timed<sandbox::Done> kill(const sandbox::Kill& request) override;

  // Programs that end by themselves, by a fault or at the memory limit.
  void receive(const world::TraceEntry& entry) override;

  // A sandbox that runs this node already, as if it had been created and started long ago.
  sandbox::SandboxId adopt(const sandbox::SandboxSpec& spec, world::NodeId node);
  // Begins to fill the warm pool.
  void prepare();
  // Lets time act: starts that are over, lifetimes that are over.
  void settle();

  // Every sandbox that was ever asked for, by id.
  [[nodiscard]] std::vector<Lifetime> lifetimes() const;
  // From asked to ready, of those that became ready and were neither adopted nor pooled first;
  // ascending.
  [[nodiscard]] std::vector<core::Duration> start_times() const;
  [[nodiscard]] std::uint64_t failed_starts() const { return failed_starts_; }
  [[nodiscard]] std::uint64_t warm_claims() const { return warm_claims_; }

 private:
  struct Record {
    Lifetime life;
    bool fails = false;  // the start will
    bool adopted = false;
    std::map<std::string, core::Bytes> files;
  };
  struct Image {
    std::map<std::string, core::Bytes> files;
  };

  [[nodiscard]] core::Duration now() const { return surroundings_.now().time_since_epoch(); }
  [[nodiscard]] core::Duration draw(const StageModel& model, num::Stream& stream) const;
  [[nodiscard]] core::Duration call_time();
  [[nodiscard]] core::Result<Record*> running(sandbox::SandboxId id);
  [[nodiscard]] std::size_t alive() const;
  [[nodiscard]] Record* with_token(const sandbox::Labels& metadata);
  [[nodiscard]] Record* ready_warm(const sandbox::SandboxSpec& spec);
  [[nodiscard]] core::Duration place_in_queue(core::Duration asked) const;
  Record& start_cold(const sandbox::SandboxSpec& spec);
  sandbox::Timed<sandbox::SandboxInfo> claim(Record& record, const sandbox::SandboxSpec& spec);
  sandbox::Timed<sandbox::SandboxInfo> outcome_of(const Record& record) const;
  void refill();
  void settle(Record& record);
  void end(Record& record, sandbox::EndReason reason, core::Duration at);

  ProviderConfig config_;
  Surroundings surroundings_;
  std::map<sandbox::SandboxId, Record> records_;
  std::map<sandbox::SnapshotId, Image> images_;
  std::map<world::NodeId, sandbox::SandboxId> sandbox_of_;
  num::Stream calls_;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_process_ = 0;
  std::uint64_t failed_starts_ = 0;
  std::uint64_t warm_claims_ = 0;
};

// A node of the environment that lets time act on a provider, by the service kSettleService.
inline constexpr std::string_view kSettleService = "sandbox.settle";
inline constexpr core::Duration kSettleEvery = core::milliseconds(100);
[[nodiscard]] world::Service settle_service_of(SimProvider& provider);
[[nodiscard]] world::Program janitor();

}  // namespace sandbox_sim
