// What the explorer's page shows, as JSON, and the files of the page itself.
//
// Times are seconds since the load began, as on the report page; what comes before is negative.
// Nodes and faults are named by their place in the run's lists. All texts are as they were stored:
// the page puts them in as text alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/film.h"
#include "report/store.h"

namespace report {

// How many runs a comparison takes at most.
inline constexpr std::size_t kMostCompared = 6;

// The runs that pass a filter, and what filters can be set to.
[[nodiscard]] core::Result<std::string> explored_runs(const Store& store, const RunFilter& filter);

// Everything that is stored of one run. `program` is how the user calls Muster.
[[nodiscard]] std::string explored_run(const StoredRun& stored, std::string_view program);

// The same figures of each run side by side. REQUIRES: not empty.
[[nodiscard]] std::string explored_comparison(const std::vector<StoredRun>& runs,
                                              std::string_view program);

// What changed in the run, moment by moment. Without a film: as much as the stored record tells,
// and `why_not`, a sentence that says why there is no more.
[[nodiscard]] std::string explored_film(const lab::RunResult& stored, const lab::Filmed& filmed);
[[nodiscard]] std::string explored_film(const lab::RunResult& stored, std::string_view why_not);

// {"error": …}
[[nodiscard]] std::string explored_error(std::string_view message);

struct PageFile {
  std::string_view name;  // "index.html"
  std::string_view content_type;
  std::string_view text;
};
// None: there is no such file.
[[nodiscard]] std::optional<PageFile> explorer_file(std::string_view name);

}  // namespace report
