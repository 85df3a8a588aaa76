#include "sandbox/provider.h"

namespace sandbox {
namespace {

// Calls the provider's method for each kind of request.
struct Dispatcher {
  Provider& provider;

  Timed<SandboxInfo> operator()(const Create& request) { return provider.create(request); }
  Timed<ExecResult> operator()(const Exec& request) { return provider.exec(request); }
  Timed<Done> operator()(const WriteFile& request) { return provider.write_file(request); }
  Timed<FileContent> operator()(const ReadFile& request) { return provider.read_file(request); }
  Timed<FileNames> operator()(const ListFiles& request) { return provider.list_files(request); }
  Timed<Done> operator()(const RemoveFile& request) { return provider.remove_file(request); }
  Timed<Done> operator()(const Pause& request) { return provider.pause(request); }
  Timed<Done> operator()(const Resume& request) { return provider.resume(request); }
  Timed<SnapshotMade> operator()(const Snapshot& request) { return provider.snapshot(request); }
  Timed<SandboxInfo> operator()(const Fork& request) { return provider.fork_sandbox(request); }
  Timed<Usage> operator()(const MetricsOf& request) { return provider.metrics(request); }
  Timed<Done> operator()(const SetTimeout& request) { return provider.set_timeout(request); }
  Timed<Listing> operator()(const List& request) { return provider.list(request); }
  Timed<Done> operator()(const Kill& request) { return provider.kill(request); }
};

}  // namespace

Refusal refusal_of(const core::Error& error) {
  switch (error.code) {
    case core::Code::kNotFound:
      return {RefusalCode::kNotFound, error.message};
    case core::Code::kUnavailable:
    case core::Code::kIo:
      return {RefusalCode::kUnavailable, error.message};
    case core::Code::kExhausted:
      return {RefusalCode::kExhausted, error.message};
    case core::Code::kInvalid:
    case core::Code::kCorrupt:
      return {RefusalCode::kInvalid, error.message};
  }
  return {RefusalCode::kInvalid, error.message};
}

world::Service service_of(Provider& provider) {
  return [&provider](world::NodeId, core::BytesView bytes) {
    const auto request = core::decode<Request>(bytes);
    if (!request) {
      return world::ServiceAnswer{false, {}, "no request of a sandbox provider", {}};
    }
    return std::visit(
        [&](const auto& chosen) {
          auto timed = Dispatcher{provider}(chosen);
          const Answer answer =
              timed.outcome ? Answer(*timed.outcome) : Answer(refusal_of(timed.outcome.error()));
          return world::ServiceAnswer{true, core::encode(answer), {}, timed.latency};
        },
        *request);
  };
}

}  // namespace sandbox
