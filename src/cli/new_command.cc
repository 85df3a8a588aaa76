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
  if (!mesh && flags.pattern != "hierarchical" && flags.pattern != "star") {
    return report_error({core::Code::kInvalid, "there is no pattern '" + flags.pattern +
                                                   "'; there are mesh, hierarchical and star"});
  }
  const std::filesystem::path path = flags.file.empty() ? flags.pattern + ".yaml" : flags.file;
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return report_error(
        {core::Code::kInvalid,
         path.string() + " exists; name another file: muster new " + flags.pattern + " FILE"});
  }
  std::string text = replaced(std::string(kTemplate), "PATTERNSTANDBYS",
                              mesh ? "mesh" : flags.pattern + "\n  standbys: 2");
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
