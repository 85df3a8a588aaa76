// muster-agent: runs one node of a scenario's deployment as this process, on real time.
//
// Every process of a run is given the same scenario, run name and seed, makes the same deployment
// for itself and takes its node out of it. SIGTERM is the normal end. Exit codes: 0 ended as asked,
// 2 wrong arguments or input, 4 the environment refused (key, store, address, disk).
#include <sys/prctl.h>
#include <unistd.h>
#include <charconv>
#include <csignal>
#include <cstdio>

#include <CLI/CLI.hpp>

#include "files.h"
#include "lab/deployment.h"
#include "world_real/node_runner.h"

namespace {

constexpr std::size_t kLargestPeersFile = std::size_t{1} << 20U;

struct Flags {
  std::string scenario;
  std::string run;
  std::uint64_t seed = 0;
  std::string node;
  std::string directory;
  std::string address;
  std::string peers;
  std::int64_t time_zero_ns = 0;
  bool record = false;
  bool end_with_parent = false;
};

int exit_code_of(const core::Error& error) {
  const bool input = error.code == core::Code::kInvalid || error.code == core::Code::kNotFound;
  std::fprintf(stderr, "muster-agent: %s\n", error.message.c_str());
  return input ? 2 : 4;
}

core::Result<const scenario::Scenario*> choose_run(const scenario::ScenarioFile& file,
                                                   const std::string& name) {
  if (name.empty() && file.runs.size() == 1) {
    return &file.runs.front();
  }
  if (const scenario::Scenario* found = scenario::find_run(file, name)) {
    return found;
  }
  std::string known;
  for (const scenario::Scenario& run : file.runs) {
    known += (known.empty() ? "" : ", ") + run.run;
  }
  return core::fail(core::Code::kInvalid, "--run names one of: " + known);
}

core::Result<world_real::Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto invalid = [&] {
    return core::fail(core::Code::kInvalid, "'" + std::string(text) +
                                                "' is no address; write HOST:PORT, as in "
                                                "127.0.0.1:7000 or [::1]:7000");
  };
  if (colon == std::string_view::npos || colon == 0) {
    return invalid();
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  world_real::Address address{std::string(host), 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc{} || end != digits.data() + digits.size() || address.port == 0 ||
      host.empty()) {
    return invalid();
  }
  return address;
}

// Lines `name host:port`, one for each node of the deployment but this one, whose line is skipped:
// so one file serves all processes of a run. Blank lines and lines that begin with # are comments.
core::Result<std::map<world::NodeId, world_real::Address>> read_peers(
    const std::string& path, const lab::Deployment& deployment, world::NodeId self) {
  const std::string text = TRY(cli::read_file(path, kLargestPeersFile));
  if (text.size() > kLargestPeersFile) {
    return core::fail(core::Code::kInvalid, path + " is larger than a list of peers can be");
  }
  std::map<world::NodeId, world_real::Address> peers;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string where = path + ":" + std::to_string(number) + ": ";
    std::istringstream words(line);
    std::string name;
    std::string address;
    std::string more;
    if (!(words >> name) || name.starts_with('#')) {
      continue;
    }
    if (!(words >> address) || words >> more) {
      return core::fail(core::Code::kInvalid, where + "a line is a name and HOST:PORT");
    }
    const world::NodeId node = deployment.find(name);
    if (!node) {
      return core::fail(core::Code::kInvalid, where + "the scenario has no node '" + name + "'");
    }
    auto parsed = parse_address(address);
    if (!parsed) {
      return core::fail(core::Code::kInvalid, where + parsed.error().message);
    }
    if (node != self && !peers.emplace(node, std::move(*parsed)).second) {
      return core::fail(core::Code::kInvalid, where + "'" + name + "' is listed twice");
    }
  }
  for (const lab::Node& node : deployment.nodes) {
    if (node.spec.id != self && !peers.contains(node.spec.id)) {
      return core::fail(core::Code::kInvalid, path + " has no line for node '" + node.spec.name +
                                                  "'; list every node of the scenario");
    }
  }
  return peers;
}

core::Result<void> run_node(const Flags& flags) {
  // First of all: no other thread may run when the environment is changed.
  const auto key = world_real::GroupKey::take_from_environment();
  if (!key) {
    return core::fail(core::Code::kUnavailable, key.error().message);
  }
  const lab::Case loaded = TRY(cli::load_case(flags.scenario));
  const scenario::Scenario* scenario = TRY(choose_run(loaded.file, flags.run));
  const lab::Deployment deployment = TRY(lab::deploy(loaded.file, *scenario, flags.seed));
  const world::NodeId self = deployment.find(flags.node);
  if (!self) {
    std::string known;
    for (const lab::Node& node : deployment.nodes) {
      known += (known.empty() ? "" : ", ") + node.spec.name;
    }
    return core::fail(core::Code::kInvalid,
                      "the scenario has no node '" + flags.node + "'; --node is one of: " + known);
  }
  const lab::Node& node = deployment.nodes[self.value - 1];

  world_real::Options options;
  options.self = self;
  options.listen = TRY(parse_address(flags.address));
  options.peers = TRY(read_peers(flags.peers, deployment, self));
  options.cores = node.spec.hardware.cores;
  options.inbox_limit = node.spec.hardware.inbox_limit;
  options.seed = flags.seed;
  options.faults = deployment.faults;
  options.end_on_signals = true;
  if (flags.time_zero_ns > 0) {
    options.clock_origin = core::nanoseconds(flags.time_zero_ns);
  }
  world_real::OpenedStore store = TRY(world_real::open_file_store(flags.directory));
  const std::filesystem::path directory(flags.directory);
  const std::string boot = std::to_string(store.incarnation.value) + ".bin";
  options.trace_file = directory / ("trace-" + boot);
  if (flags.record) {
    options.recording_file = directory / ("recording-" + boot);
  }
  const auto runner =
      TRY(world_real::NodeRunner::create(std::move(options), *key, std::move(store), node.program));
  return runner->run();
}

// SIGTERM when the launcher goes, so that no node outlives it. False when it has gone already.
bool end_with_parent(pid_t parent) {
  return ::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && ::getppid() == parent;
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t parent = ::getppid();
  Flags flags;
  CLI::App app{"Runs one node of a scenario as this process; the key of the run is read from " +
                   std::string(world_real::kGroupKeyVariable),
               "muster-agent"};
  app.add_option("--scenario", flags.scenario, "the scenario file")->required();
  app.add_option("--run", flags.run, "which of its runs; needed when there are several");
  app.add_option("--seed", flags.seed, "the seed that all nodes of the run share")->required();
  app.add_option("--node", flags.node, "name of the node, as in momentum-1")->required();
  app.add_option("--directory", flags.directory, "its store and traces; created when missing")
      ->required();
  app.add_option("--address", flags.address, "HOST:PORT to listen on")->required();
  app.add_option("--peers", flags.peers, "file with a line `name host:port` for each node")
      ->required();
  app.add_option("--time-zero", flags.time_zero_ns,
                 "reading of CLOCK_MONOTONIC, in nanoseconds, that is time 0 of the run: the "
                 "nodes on one machine then share a time line")
      ->check(CLI::PositiveNumber);
  app.add_flag("--record", flags.record, "record every step for re-execution");
  app.add_flag("--end-with-parent", flags.end_with_parent,
               "end when the process that started this one ends");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (flags.end_with_parent && !end_with_parent(parent)) {
    return 4;
  }
  const auto ended = run_node(flags);
  return ended ? 0 : exit_code_of(ended.error());
}
