// The operations of a provider as requests and answers of the service kService: what a node calls
// through its context, in every world.
//
// An answer is a value of its operation or a Refusal. The service itself fails only for bytes that
// are no request.
#pragma once

#include <variant>

#include "core/result.h"
#include "sandbox/sandbox.h"

namespace sandbox {

inline constexpr std::string_view kService = "sandbox";

struct Create {
  SandboxSpec spec;
  MUSTER_FIELDS(Create, spec)
};
// Runs a program. In the background: answers as soon as it runs. Where the background program
// before it has ended, it goes on with what that one left on the disk.
struct Exec {
  SandboxId sandbox;
  std::vector<std::string> command;
  Labels environment;  // beside that of the spec
  bool background = false;
  core::Duration timeout = core::seconds(60);  // not of a background program
  MUSTER_FIELDS(Exec, sandbox, command, environment, background, timeout)
};
struct WriteFile {
  SandboxId sandbox;
  std::string path;
  core::Bytes content;
  MUSTER_FIELDS(WriteFile, sandbox, path, content)
};
struct ReadFile {
  SandboxId sandbox;
  std::string path;
  MUSTER_FIELDS(ReadFile, sandbox, path)
};
struct ListFiles {
  SandboxId sandbox;
  std::string folder;
  MUSTER_FIELDS(ListFiles, sandbox, folder)
};
struct RemoveFile {
  SandboxId sandbox;
  std::string path;
  MUSTER_FIELDS(RemoveFile, sandbox, path)
};
struct Pause {
  SandboxId sandbox;
  MUSTER_FIELDS(Pause, sandbox)
};
struct Resume {
  SandboxId sandbox;
  MUSTER_FIELDS(Resume, sandbox)
};
struct Snapshot {
  SandboxId sandbox;
  MUSTER_FIELDS(Snapshot, sandbox)
};
// A new sandbox with the files of the snapshot. Whatever runs in it is a new member of its swarm.
struct Fork {
  SnapshotId snapshot;
  SandboxSpec spec;
  MUSTER_FIELDS(Fork, snapshot, spec)
};
struct MetricsOf {
  SandboxId sandbox;
  MUSTER_FIELDS(MetricsOf, sandbox)
};
// Renews the lifetime: the sandbox expires so long from now.
struct SetTimeout {
  SandboxId sandbox;
  core::Duration lifetime{};
  MUSTER_FIELDS(SetTimeout, sandbox, lifetime)
};
// Those that start, run or are paused and carry every one of these labels.
struct List {
  Labels metadata;
  MUSTER_FIELDS(List, metadata)
};
// Ends a sandbox. One that is not there any more is no error: killing is idempotent.
struct Kill {
  SandboxId sandbox;
  MUSTER_FIELDS(Kill, sandbox)
};

using Request = std::variant<Create, Exec, WriteFile, ReadFile, ListFiles, RemoveFile, Pause,
                             Resume, Snapshot, Fork, MetricsOf, SetTimeout, List, Kill>;

struct Done {
  MUSTER_NO_FIELDS(Done)
};
struct ExecResult {
  ProcessId process;
  std::int32_t exit_code = 0;  // not of a background program
  std::string standard_output;
  std::string standard_error;
  MUSTER_FIELDS(ExecResult, process, exit_code, standard_output, standard_error)
};
struct FileContent {
  core::Bytes content;
  MUSTER_FIELDS(FileContent, content)
};
struct FileNames {
  std::vector<std::string> names;
  MUSTER_FIELDS(FileNames, names)
};
struct SnapshotMade {
  SnapshotId snapshot;
  MUSTER_FIELDS(SnapshotMade, snapshot)
};
struct Listing {
  std::vector<SandboxInfo> sandboxes;  // ascending by id
  MUSTER_FIELDS(Listing, sandboxes)
};
// Why there is no other answer. What a caller does about it goes by the code.
enum class RefusalCode : std::uint8_t {
  kInvalid,      // never will be: the request is wrong
  kNotFound,     // no such sandbox, file or snapshot
  kUnavailable,  // the start failed or nobody answers: try again
  kExhausted,    // a limit is reached: try again when something has ended
};
constexpr RefusalCode last_value(RefusalCode) {
  return RefusalCode::kExhausted;
}
struct Refusal {
  RefusalCode code = RefusalCode::kInvalid;
  std::string message;
  MUSTER_FIELDS(Refusal, code, message)
};

using Answer = std::variant<Done, SandboxInfo, ExecResult, FileContent, FileNames, SnapshotMade,
                            Usage, Listing, Refusal>;

[[nodiscard]] Refusal refusal_of(const core::Error& error);

}  // namespace sandbox
