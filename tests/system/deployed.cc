#include "deployed.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "core/check.h"
#include "world_real/group_key.h"
#include "world_real/trace_file.h"

namespace system_test {
namespace fs = std::filesystem;
namespace {

// How long a look at the traces is put off when nothing has ended meanwhile.
constexpr core::Duration kLook = core::milliseconds(50);

core::Result<std::string> read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    return core::fail(core::Code::kNotFound, "cannot read " + path.string());
  }
  return text.str();
}

fs::path path_of(const std::string& scenario_name) {
  return fs::path(MUSTER_SOURCE_DIR) / "tests" / "system" / scenario_name;
}

fs::path temporary_directory() {
  std::string name = (fs::temp_directory_path() / "muster-system-XXXXXX").string();
  core::check(::mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
  return name;
}

lab::Deployment deployment_of(const scenario::ScenarioFile& file, const std::string& run,
                              std::uint64_t seed) {
  const scenario::Scenario* scenario = scenario::find_run(file, run);
  core::check(scenario != nullptr, "the scenario has the run");
  auto made = lab::deploy(file, *scenario, seed);
  core::check(made.has_value(), made ? "" : made.error().message);
  return std::move(*made);
}

}  // namespace

core::Result<scenario::ScenarioFile> load_scenario(const std::string& name) {
  scenario::Options options;
  options.read_file = [](std::string_view data) {
    return read_text(fs::path(MUSTER_SOURCE_DIR) / "data" / data);
  };
  return scenario::load(TRY(read_text(path_of(name))), name, options);
}

Deployed::Deployed(const std::string& scenario_name, const scenario::ScenarioFile& file,
                   const std::string& run, std::uint64_t seed)
    : scenario_path_(path_of(scenario_name)),
      run_(run),
      seed_(seed),
      deployment_(deployment_of(file, run, seed)),
      root_(temporary_directory()),
      key_(world_real::GroupKey::generate().value().to_hex()),
      ports_(free_ports(deployment_.nodes.size())),
      time_zero_(monotonic_now()) {
  hold_child_signals();
  std::ofstream peers(root_ / "peers");
  for (const lab::Node& node : deployment_.nodes) {
    peers << node.spec.name << " 127.0.0.1:" << ports_[node.spec.id.value - 1] << '\n';
  }
}

Deployed::~Deployed() {
  processes_.clear();
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

core::Time Deployed::now() const {
  return core::at(monotonic_now() - time_zero_);
}

core::Result<void> Deployed::start(world::NodeId node) {
  const std::string name(deployment_.name(node));
  fs::create_directories(directory(node));
  Process started = TRY(Process::start(
      {MUSTER_AGENT, "--scenario", scenario_path_, "--run", run_, "--seed", std::to_string(seed_),
       "--node", name, "--directory", directory(node), "--address",
       "127.0.0.1:" + std::to_string(ports_[node.value - 1]), "--peers", root_ / "peers",
       "--time-zero", std::to_string(time_zero_.count()), "--record", "--end-with-parent"},
      {std::string(world_real::kGroupKeyVariable) + "=" + key_}, root_ / (name + ".log")));
  processes_.erase(node);
  processes_.emplace(node, std::move(started));
  return {};
}

int Deployed::kill(world::NodeId node) {
  Process process = std::move(processes_.at(node));
  processes_.erase(node);
  return process.kill();
}

std::map<world::NodeId, int> Deployed::end_all(core::Duration limit) {
  for (auto& [node, process] : processes_) {
    process.signal(SIGTERM);
  }
  std::map<world::NodeId, int> statuses;
  const core::Time latest = now() + limit;
  while (statuses.size() < processes_.size() && now() < latest) {
    for (auto& [node, process] : processes_) {
      if (const auto status = process.ended()) {
        statuses[node] = *status;
      }
    }
    if (statuses.size() < processes_.size()) {
      wait_for_child(kLook);
    }
  }
  processes_.clear();
  return statuses;
}

core::Result<void> Deployed::wait_until(const std::string& what, core::Time limit,
                                        const std::function<bool()>& condition) {
  while (!condition()) {
    for (auto& [node, process] : processes_) {
      if (const auto status = process.ended()) {
        return core::fail(core::Code::kUnavailable, std::string(deployment_.name(node)) +
                                                        " ended with status " +
                                                        std::to_string(*status) + " before " +
                                                        what + ":\n" + tail_of_log(node));
      }
    }
    if (now() > limit) {
      return core::fail(core::Code::kUnavailable, "the time is over before " + what + ":\n" +
                                                      tail_of_log(deployment_.client));
    }
    wait_for_child(kLook);
  }
  return {};
}

std::vector<world::TraceEntry> Deployed::trace(world::NodeId node) const {
  std::vector<world::TraceEntry> all;
  for (const fs::path& path : files(node, "trace-")) {
    // A node that has just begun may not have written the head of its file yet.
    if (auto entries = world_real::read_trace_file(path)) {
      std::ranges::move(*entries, std::back_inserter(all));
    }
  }
  return all;
}

std::vector<world::TraceEntry> Deployed::trace() const {
  std::vector<world::TraceEntry> all;
  for (const lab::Node& node : deployment_.nodes) {
    std::ranges::move(trace(node.spec.id), std::back_inserter(all));
  }
  std::ranges::stable_sort(all, {}, &world::TraceEntry::at);
  return all;
}

std::vector<fs::path> Deployed::recordings(world::NodeId node) const {
  return files(node, "recording-");
}

fs::path Deployed::directory(world::NodeId node) const {
  return root_ / deployment_.name(node);
}

std::vector<fs::path> Deployed::files(world::NodeId node, const std::string& prefix) const {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(directory(node), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().starts_with(prefix)) {
      found.push_back(it->path());
    }
  }
  std::ranges::sort(found);
  return found;
}

std::string Deployed::tail_of_log(world::NodeId node) const {
  constexpr std::size_t kBytes = 2000;
  const std::string text =
      read_text(root_ / (std::string(deployment_.name(node)) + ".log")).value_or("");
  return text.substr(text.size() - std::min(text.size(), kBytes));
}

}  // namespace system_test
