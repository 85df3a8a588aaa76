// Reads a scenario file: YAML in, complete and checked values out.
//
// Strict: an unknown key, a wrong type, a duplicate key or a contradiction is an error, never a
// guess. An error is one line, `file:line:column: key path: what is wrong; what to do`. Input is
// bounded before and while it is parsed (size, depth, nodes, aliases), so a hostile file costs
// little.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "scenario/scenario.h"

namespace scenario {

// The text of a data file named in a scenario, resolved by the caller: relative to the scenario
// file, else to its data directories. Its error message is quoted in the loader's.
using ReadFile = std::function<core::Result<std::string>(std::string_view path)>;

struct Options {
  ReadFile read_file;  // empty: a scenario that names a data file does not load
};

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxNodes = 50'000;              // after aliases are expanded
inline constexpr std::size_t kMaxResolvedValues = 1'000'000;  // of all runs together
inline constexpr std::size_t kMaxSideNames = 100'000;         // of a run's partitions
inline constexpr std::size_t kMaxKeys = 1'000;                // of one map
inline constexpr std::size_t kMaxAliases = 64;
inline constexpr std::size_t kMaxRuns = 256;
// A run that may be larger would not end within two seconds of an interrupt: what it holds in
// memory has to be judged and let go.
inline constexpr std::uint32_t kMaxAgents = 1'000;
inline constexpr std::uint64_t kMaxTasks = 1'000'000;  // expected offers of a run

// `file_name` is used in messages, and its stem is the default of `name`.
core::Result<ScenarioFile> load(std::string_view yaml_text, std::string file_name,
                                const Options& options);

// The JSON Schema (draft 2020-12) of scenario files, for editors. Made from the tables that load()
// reads with; schema/scenario.schema.json is its committed output.
std::string json_schema();

}  // namespace scenario
