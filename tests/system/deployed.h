// A scenario deployed as processes on this machine: one muster-agent for each node, all of them in
// a temporary directory and on one time line. Whatever happens to the test, no process and no file
// is left behind.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "lab/deployment.h"
#include "process.h"
#include "scenario/load.h"
#include "world/trace.h"

namespace system_test {

// Reads a scenario of this directory; its data files are those of the project.
[[nodiscard]] core::Result<scenario::ScenarioFile> load_scenario(const std::string& name);

class Deployed {
 public:
  // Nothing runs yet. REQUIRES: the file has the run; it must outlive this.
  Deployed(const std::string& scenario_name, const scenario::ScenarioFile& file,
           const std::string& run, std::uint64_t seed);
  Deployed(const Deployed&) = delete;
  Deployed& operator=(const Deployed&) = delete;
  ~Deployed();

  [[nodiscard]] const lab::Deployment& deployment() const { return deployment_; }
  [[nodiscard]] core::Time now() const;

  // Starts the node, again if it has ended: its directory is the same.
  [[nodiscard]] core::Result<void> start(world::NodeId node);
  // SIGKILL; the wait status.
  int kill(world::NodeId node);
  // SIGTERM to all that run; their wait statuses when all have ended, or those that have by the
  // limit.
  std::map<world::NodeId, int> end_all(core::Duration limit);

  // Reads the traces again and again until the condition holds. The error says what was waited for,
  // and which process ended by itself or that the time is over, with the tail of a log.
  [[nodiscard]] core::Result<void> wait_until(const std::string& what, core::Time limit,
                                              const std::function<bool()>& condition);

  // What the node has traced so far, in all incarnations.
  [[nodiscard]] std::vector<world::TraceEntry> trace(world::NodeId node) const;
  // What all nodes have, by the time at which it happened.
  [[nodiscard]] std::vector<world::TraceEntry> trace() const;
  template <world::Traceable T>
  [[nodiscard]] std::vector<std::pair<world::TraceEntry, T>> records() const {
    std::vector<std::pair<world::TraceEntry, T>> found;
    for (const world::TraceEntry& entry : trace()) {
      if (auto record = world::as<T>(entry)) {
        found.emplace_back(entry, std::move(*record));
      }
    }
    return found;
  }
  [[nodiscard]] std::vector<std::filesystem::path> recordings(world::NodeId node) const;

 private:
  [[nodiscard]] std::filesystem::path directory(world::NodeId node) const;
  [[nodiscard]] std::vector<std::filesystem::path> files(world::NodeId node,
                                                         const std::string& prefix) const;
  [[nodiscard]] std::string tail_of_log(world::NodeId node) const;

  std::string scenario_path_;
  std::string run_;
  std::uint64_t seed_;
  lab::Deployment deployment_;
  std::filesystem::path root_;
  std::string key_;
  std::vector<std::uint16_t> ports_;  // by node id - 1
  core::Duration time_zero_;
  std::map<world::NodeId, Process> processes_;
};

}  // namespace system_test
