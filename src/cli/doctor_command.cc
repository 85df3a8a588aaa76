// doctor: what this machine can do, and what a missing part means.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "commands.h"
#include "console.h"
#include "files.h"

namespace cli {
namespace {

struct Finding {
  std::string_view name;
  bool ok = false;
  std::string detail;
};

std::vector<Finding> examine() {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<Finding> findings;
  const auto root = home();
  findings.push_back(
      {"scenarios", root.has_value(), root ? root->string() + "/scenarios" : root.error().message});
  const auto suite = load_suite();
  findings.push_back(
      {"built-in suite", suite.has_value() && !suite->empty(),
       suite ? std::to_string(suite->size()) + " cases load" : suite.error().message});
  findings.push_back({"processors", true, std::to_string(std::thread::hardware_concurrency())});
  const bool writable = ::access(".", W_OK) == 0;
  findings.push_back({"results", writable,
                      writable ? "this folder takes .muster/"
                               : "this folder is read-only: give --report and --store other "
                                 "places"});
  const bool v2 = fs::exists("/sys/fs/cgroup/cgroup.controllers", error);
  const bool v1 = fs::exists("/sys/fs/cgroup/memory", error);
  findings.push_back({"cgroups", v1 || v2,
                      v2   ? "version 2; for real sandboxes, which are not there yet"
                      : v1 ? "version 1; for real sandboxes, which are not there yet"
                           : "none; real sandboxes, which are not there yet, will need them"});
  const bool namespaces = fs::exists("/proc/self/ns/user", error);
  findings.push_back({"user namespaces", namespaces,
                      namespaces ? "there" : "not there; real sandboxes will need root"});
  return findings;
}

}  // namespace

int doctor(bool json) {
  const std::vector<Finding> findings = examine();
  // The simulator needs its scenarios; everything else only limits.
  const bool able = findings[0].ok && findings[1].ok;
  if (json) {
    std::string out = "{\"able\":" + std::string(able ? "true" : "false") + ",\"findings\":[";
    for (std::size_t i = 0; i < findings.size(); ++i) {
      std::string detail;
      for (const char letter : findings[i].detail) {
        detail +=
            letter == '"' || letter == '\\' ? std::string("\\") + letter : std::string(1, letter);
      }
      out += (i == 0 ? "" : ",") + std::string("{\"name\":\"") + std::string(findings[i].name) +
             "\",\"ok\":" + (findings[i].ok ? "true" : "false") + ",\"detail\":\"" + detail + "\"}";
    }
    std::puts((out + "]}").c_str());
  } else {
    for (const Finding& finding : findings) {
      std::printf(
          "%s  %-16.*s %s\n",
          tinted(finding.ok ? "ok     " : "missing", finding.ok ? Tone::kGood : Tone::kBad).c_str(),
          static_cast<int>(finding.name.size()), finding.name.data(), finding.detail.c_str());
    }
  }
  return able ? kExitPass : kExitEnvironment;
}

}  // namespace cli
