// The one interface to sandboxes of any kind: simulated, local, E2B.
//
// A provider acts; it decides nothing. Its methods return when the operation is over; a simulated
// one returns at once and says how long it took. Errors: kNotFound (no such sandbox), kExhausted (a
// limit of the provider or of the sandbox), kUnavailable (the start failed; worth another try),
// kInvalid (the request can never succeed). Create is idempotent by the label kTokenLabel, kill by
// nature.
#pragma once

#include "core/result.h"
#include "sandbox/protocol.h"
#include "world/host.h"

namespace sandbox {

// An outcome and how long it took in virtual time; real providers leave `latency` zero, since the
// time has passed.
template <class T>
struct Timed {
  core::Result<T> outcome;
  core::Duration latency{};
};

class Provider {
 public:
  virtual ~Provider() = default;

  virtual Timed<SandboxInfo> create(const Create& request) = 0;
  virtual Timed<ExecResult> exec(const Exec& request) = 0;
  virtual Timed<Done> write_file(const WriteFile& request) = 0;
  virtual Timed<FileContent> read_file(const ReadFile& request) = 0;
  virtual Timed<FileNames> list_files(const ListFiles& request) = 0;
  virtual Timed<Done> remove_file(const RemoveFile& request) = 0;
  virtual Timed<Done> pause(const Pause& request) = 0;
  virtual Timed<Done> resume(const Resume& request) = 0;
  virtual Timed<SnapshotMade> snapshot(const Snapshot& request) = 0;
  virtual Timed<SandboxInfo> fork_sandbox(const Fork& request) = 0;
  virtual Timed<Usage> metrics(const MetricsOf& request) = 0;
  virtual Timed<Done> set_timeout(const SetTimeout& request) = 0;
  virtual Timed<Listing> list(const List& request) = 0;
  virtual Timed<Done> kill(const Kill& request) = 0;
};

// The service kService over a provider, which must outlive it.
[[nodiscard]] world::Service service_of(Provider& provider);

}  // namespace sandbox
