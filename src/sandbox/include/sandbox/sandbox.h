// Sandboxes as values: what is asked for, what there is, how long each stage of a start took.
//
// Equal in every world. Quantities are integers in the unit that their name says; times are counted
// from the start of the provider's run, so that they mean the same in virtual and in real time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/codec.h"
#include "core/id.h"
#include "core/time.h"
#include "world/node.h"

namespace sandbox {

// Assigned by the provider, from 1 on, never twice.
using SandboxId = core::Id<struct SandboxIdTag, std::uint64_t>;
using SnapshotId = core::Id<struct SnapshotIdTag, std::uint64_t>;
using ProcessId = core::Id<struct ProcessIdTag, std::uint64_t>;
using Labels = std::map<std::string, std::string>;

// What a sandbox may reach.
enum class Network : std::uint8_t {
  kNone,   // nothing
  kGroup,  // the members of its own deployment, the venue and the client
  kOpen,   // everything
};
constexpr Network last_value(Network) {
  return Network::kOpen;
}

struct SandboxSpec {
  std::string sandbox_template = "base";
  std::uint32_t vcpu = 2;
  std::uint64_t memory_bytes = 1ULL << 30U;  // above it the program is killed
  std::uint64_t disk_bytes = 1ULL << 30U;    // above it writes fail
  Network network = Network::kGroup;
  Labels environment;
  core::Duration lifetime = core::hours(1);  // from its start; then it is ended, unless renewed
  // Free words of the owner. The one named kTokenLabel makes a create idempotent.
  Labels metadata;
  MUSTER_FIELDS(SandboxSpec, sandbox_template, vcpu, memory_bytes, disk_bytes, network, environment,
                lifetime, metadata)
};
// A create whose token is that of a sandbox that exists returns that sandbox and makes none.
inline constexpr std::string_view kTokenLabel = "token";

enum class SandboxState : std::uint8_t { kStarting, kRunning, kPaused, kEnded };
constexpr SandboxState last_value(SandboxState) {
  return SandboxState::kEnded;
}
constexpr std::string_view name_of(SandboxState state) {
  constexpr std::string_view kNames[] = {"starting", "running", "paused", "ended"};
  return kNames[static_cast<std::size_t>(state)];
}

enum class EndReason : std::uint8_t { kNone, kKilled, kExpired, kStartFailed };
constexpr EndReason last_value(EndReason) {
  return EndReason::kStartFailed;
}
constexpr std::string_view name_of(EndReason reason) {
  constexpr std::string_view kNames[] = {"none", "killed", "expired", "start failed"};
  return kNames[static_cast<std::size_t>(reason)];
}

// The stages of a start, each timed by itself.
enum class Stage : std::uint8_t {
  kQueue,  // waited for a free place among the concurrent starts
  kPlace,  // found a machine
  kFetch,  // made the template's image available there
  kBoot,   // kernel or namespace up, first process answers
  kClaim,  // took a warm one instead of the three before
};
constexpr Stage last_value(Stage) {
  return Stage::kClaim;
}
constexpr std::string_view name_of(Stage stage) {
  constexpr std::string_view kNames[] = {"queue", "place", "fetch", "boot", "claim"};
  return kNames[static_cast<std::size_t>(stage)];
}
struct StageTime {
  Stage stage = Stage::kQueue;
  core::Duration took{};
  MUSTER_FIELDS(StageTime, stage, took)
};

// The program of a sandbox: the last one that was started in the background.
enum class ProgramState : std::uint8_t { kNone, kRunning, kEnded, kOutOfMemory };
constexpr ProgramState last_value(ProgramState) {
  return ProgramState::kOutOfMemory;
}
constexpr std::string_view name_of(ProgramState state) {
  constexpr std::string_view kNames[] = {"none", "running", "ended", "out of memory"};
  return kNames[static_cast<std::size_t>(state)];
}

// What a provider says of a sandbox.
struct SandboxInfo {
  SandboxId id;
  SandboxSpec spec;
  SandboxState state = SandboxState::kStarting;
  ProgramState program = ProgramState::kNone;
  EndReason end_reason = EndReason::kNone;
  core::Duration asked_at{};
  core::Duration ready_at{};
  core::Duration expires_at{};
  bool warm = false;  // claimed from the warm pool
  std::vector<StageTime> stages;
  MUSTER_FIELDS(SandboxInfo, id, spec, state, program, end_reason, asked_at, ready_at, expires_at,
                warm, stages)

  // The label's text, empty when there is none.
  [[nodiscard]] std::string_view label(const std::string& name) const {
    const auto found = spec.metadata.find(name);
    return found == spec.metadata.end() ? std::string_view() : std::string_view(found->second);
  }
};

// What a sandbox has used since it was ready.
struct Usage {
  core::Duration cpu{};
  std::uint64_t memory_bytes = 0;
  std::uint64_t disk_bytes = 0;
  MUSTER_FIELDS(Usage, cpu, memory_bytes, disk_bytes)
};

}  // namespace sandbox
