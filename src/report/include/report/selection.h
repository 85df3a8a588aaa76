// Which stored runs a person means.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "lab/run_set.h"
#include "report/store.h"

namespace report {

// One line for help texts.
inline constexpr std::string_view kSelectorHelp =
    "a suite's number, 'latest', 'latest~2', a date (2026-11-22), a build (build:5f0c2a91), or a "
    "file that `muster report --json` wrote";

// The numbers of the suites that a selector names, the latest first. kNotFound: none.
[[nodiscard]] core::Result<std::vector<std::int64_t>> find_suites(const Store& store,
                                                                  std::string_view selector);

// The runs of all these suites; of runs stored twice the later one.
[[nodiscard]] core::Result<lab::RunSet> select_runs(const Store& store, std::string_view selector);
// The runs of a file's text; `name` is the file's.
[[nodiscard]] core::Result<lab::RunSet> runs_of_file(std::string_view text, std::string_view name);

}  // namespace report
