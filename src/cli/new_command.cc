// new: a commented scenario file to start from.
#include <cstdio>
#include <filesystem>

#include "commands.h"
#include "files.h"

namespace cli {
namespace {

constexpr std::string_view kTemplate =
    R"(# A swarm, its load and what may go wrong. Run it:  muster run FILE
name: NAME
pattern: PATTERN
case: "my PATTERN swarm"
description: "Say what this scenario shows."
duration: 20s
topology:
  kind: PATTERNSTANDBYS
pools:
  - {name: momentum, size: 5, strategy: momentum}
workload:
  rate: 40/s                             # open loop: arrivals do not wait for the swarm
  deadline: 1s
  service: {cpu: 5ms, wait: 20ms}        # declared work of one task
market:
  instruments:
    - {symbol: GOOG, series: goog_daily.csv, bar: 1d, bar_lasts: 2s}
faults:
  - {kind: crash, target: worker, at: 8s, for: 3s}   # a random agent dies and comes back
checks:
  requirements:                          # decided in every run
    - {metric: lost, at_most: 0}
    - {metric: duplicated, at_most: 0}
  objectives:                            # judged with an interval from 20 seeds on
    - {metric: latency_p99, at_most: 1s}
)";

// In place of standbys.
constexpr std::string_view kCustomLinks = R"(
  candidates: [momentum-1, momentum-2]   # may take the leader's place
  relays: [east, west]                   # pass messages on; workers do not
  links:
    - [leader, momentum-1]
    - [leader, momentum-2]
    - [momentum-1, momentum-2]
    - [leader, east]
    - [momentum-1, east]
    - [leader, west]
    - [momentum-2, west]
    - [east, momentum-3]
    - [west, momentum-3]
    - [east, momentum-4]
    - [west, momentum-4]
    - [east, momentum-5]
    - [west, momentum-5])";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace

int make_new(const NewFlags& flags) {
  const bool mesh = flags.pattern == "mesh";
  const bool custom = flags.pattern == "custom";
  if (!mesh && !custom && flags.pattern != "hierarchical" && flags.pattern != "star") {
    return report_error(
        {core::Code::kInvalid, "there is no pattern '" + flags.pattern +
                                   "'; there are mesh, hierarchical, star and custom"});
  }
  const std::filesystem::path path = flags.file.empty() ? flags.pattern + ".yaml" : flags.file;
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return report_error(
        {core::Code::kInvalid,
         path.string() + " exists; name another file: muster new " + flags.pattern + " FILE"});
  }
  const std::string links = std::string(custom ? kCustomLinks : mesh ? "" : "\n  standbys: 2");
  std::string text = replaced(std::string(kTemplate), "PATTERNSTANDBYS", flags.pattern + links);
  text = replaced(text, "PATTERN", flags.pattern);
  text = replaced(text, "NAME", "my-" + flags.pattern);
  const auto written = write_file(path, text);
  if (!written) {
    return report_error(written.error());
  }
  std::printf("wrote %s\nrun it with: muster run %s\n", path.c_str(), path.c_str());
  return kExitPass;
}

}  // namespace cli
