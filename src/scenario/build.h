// From a validated tree to values: defaults filled in, data files read, checks sorted to their
// runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "scenario/load.h"
#include "scenario/scenario.h"
#include "section.h"
#include "source.h"
#include "tree.h"

namespace scenario {

// What all runs of a file share.
struct FileContext {
  std::string name;
  std::vector<std::string> run_names;
  ReadFile read_file;
  std::map<std::string, std::string> series;     // filled as files are read, each once
  std::map<std::string, std::uint64_t> digests;  // of their texts
};

// REQUIRES validate(tree, run_keys()). The result may still break a rule (rules.h).
core::Result<Scenario> build(const Tree& tree, const std::string& run, FileContext& context,
                             const Source& source);

Provisioning build_provisioning(const Section& sandbox);
std::optional<Defect> build_defect(const Section& pool);
std::vector<RateStep> build_rate_steps(const Section& workload);
core::Result<std::optional<Follows>> build_follows(const Section& workload, FileContext& context,
                                                   const Source& source);
// REQUIRES: the scenario's pools are built.
core::Result<std::optional<Scaling>> build_scaling(const Section& file, const Scenario& scenario,
                                                   FileContext& context, const Source& source);
std::optional<Rollout> build_rollout(const Section& file);
std::optional<Upgrade> build_upgrade(const Section& file);

// Reads the file that a value names, once for all runs, and returns its text's digest.
core::Result<std::uint64_t> read_series(const Tree& value, const std::string& path,
                                        FileContext& context, const Source& source);

std::optional<Regions> build_regions(const Section& file);
// Of a topology that is a ring.
RingSpec build_ring(const Section& topology, const std::vector<Pool>& pools);

// Of a topology that is custom.
GraphSpec build_graph(const Section& topology);

// The declared work of all stages together, with the spread of `service`.
Service ring_service(const RingSpec& ring, Service service);

// Duration, warm-up and load of a standard schedule, which must not meet keys that say otherwise.
core::Result<void> apply_schedule(Scenario& scenario, const Tree& tree, const Source& source);
core::Result<std::optional<Prices>> build_prices(const Section& file, FileContext& context,
                                                 const Source& source);

core::Result<std::vector<Fault>> build_faults(const Tree& tree, const Source& source);
core::Result<Checks> build_checks(const Tree& tree, const std::string& run,
                                  const std::vector<std::string>& run_names, const Source& source);

}  // namespace scenario
