#include <gtest/gtest.h>

#include "sandbox/provider.h"

namespace sandbox {
namespace {

// Knows one sandbox and remembers what was asked for last.
class OneSandbox : public Provider {
 public:
  Timed<SandboxInfo> create(const Create& request) override {
    asked_ = "create";
    SandboxInfo info;
    info.id = SandboxId(1);
    info.spec = request.spec;
    return {info, core::milliseconds(700)};
  }
  Timed<ExecResult> exec(const Exec&) override { return note<ExecResult>("exec"); }
  Timed<Done> write_file(const WriteFile&) override { return note<Done>("write"); }
  Timed<FileContent> read_file(const ReadFile&) override { return note<FileContent>("read"); }
  Timed<FileNames> list_files(const ListFiles&) override { return note<FileNames>("files"); }
  Timed<Done> remove_file(const RemoveFile&) override { return note<Done>("remove"); }
  Timed<Done> pause(const Pause&) override { return note<Done>("pause"); }
  Timed<Done> resume(const Resume&) override { return note<Done>("resume"); }
  Timed<SnapshotMade> snapshot(const Snapshot&) override { return note<SnapshotMade>("snapshot"); }
  Timed<SandboxInfo> fork_sandbox(const Fork&) override { return note<SandboxInfo>("fork"); }
  Timed<Usage> metrics(const MetricsOf&) override { return note<Usage>("metrics"); }
  Timed<Done> set_timeout(const SetTimeout&) override { return note<Done>("timeout"); }
  Timed<Listing> list(const List&) override { return note<Listing>("list"); }
  Timed<Done> kill(const Kill& request) override {
    asked_ = "kill";
    if (request.sandbox != SandboxId(1)) {
      return {core::fail(core::Code::kNotFound, "no sandbox 2"), {}};
    }
    return {Done{}, {}};
  }

  [[nodiscard]] const std::string& asked() const { return asked_; }

 private:
  template <class T>
  Timed<T> note(std::string what) {
    asked_ = std::move(what);
    return {T{}, {}};
  }
  std::string asked_;
};

world::ServiceAnswer ask(Provider& provider, const Request& request) {
  return service_of(provider)(world::NodeId(9), core::encode(request));
}

TEST(Service, CarriesTheAnswerAndHowLongItTook) {
  OneSandbox provider;
  SandboxSpec spec;
  spec.metadata = {{"token", "pool-3"}, {"pool", "momentum"}};
  const world::ServiceAnswer answer = ask(provider, Create{spec});
  ASSERT_TRUE(answer.ok);
  EXPECT_EQ(answer.latency, core::milliseconds(700));
  const Answer decoded = core::decode<Answer>(answer.result).value();
  const auto* info = std::get_if<SandboxInfo>(&decoded);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->spec, spec);
  EXPECT_EQ(info->label("pool"), "momentum");
  EXPECT_EQ(info->label("zone"), "");
}

TEST(Service, GivesARefusalWithItsCodeAndSentence) {
  OneSandbox provider;
  const world::ServiceAnswer answer = ask(provider, Kill{SandboxId(2)});
  ASSERT_TRUE(answer.ok);
  EXPECT_EQ(core::decode<Answer>(answer.result).value(),
            Answer(Refusal{RefusalCode::kNotFound, "no sandbox 2"}));
}

TEST(Service, ReachesTheMethodOfEveryOperation) {
  OneSandbox provider;
  const std::pair<Request, std::string> table[] = {
      {Create{}, "create"}, {Exec{}, "exec"},         {WriteFile{}, "write"},
      {ReadFile{}, "read"}, {ListFiles{}, "files"},   {RemoveFile{}, "remove"},
      {Pause{}, "pause"},   {Resume{}, "resume"},     {Snapshot{}, "snapshot"},
      {Fork{}, "fork"},     {MetricsOf{}, "metrics"}, {SetTimeout{}, "timeout"},
      {List{}, "list"},     {Kill{}, "kill"},
  };
  static_assert(std::size(table) == std::variant_size_v<Request>);
  for (const auto& [request, name] : table) {
    EXPECT_TRUE(ask(provider, request).ok);
    EXPECT_EQ(provider.asked(), name);
  }
}

TEST(Service, FailsForBytesThatAreNoRequest) {
  OneSandbox provider;
  const world::ServiceAnswer answer =
      service_of(provider)(world::NodeId(9), core::Bytes{200, 1, 2});
  EXPECT_FALSE(answer.ok);
  EXPECT_EQ(provider.asked(), "");
}

}  // namespace
}  // namespace sandbox
