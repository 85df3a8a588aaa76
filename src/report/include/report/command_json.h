// What `trace` and `new` print with --json: one JSON object, one line without a newline at its end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/run.h"
#include "lab/window.h"

namespace report {

// `trace RUN --json`: {"run", "build", "fingerprint", "records": […]}, in order of time. A record
// is
// {"at_s", "node", "kind", "fields"}: seconds since the load began, and every field by its path as
// the text that `trace` prints, whole numbers of 64 bits included, never cut. Where there are
// `warnings` (why it may be another run than the one named), they stand before the records.
[[nodiscard]] std::string trace_json(const lab::RunResult& run, const lab::Window& window,
                                     const std::vector<std::string>& warnings = {});
// The same where the trace went into a file: {"run", "build", "fingerprint", "wrote"}.
[[nodiscard]] std::string trace_file_json(const lab::RunResult& run, std::string_view file,
                                          const std::vector<std::string>& warnings = {});

// `new --json`: {"patterns": […]}, what there is to write.
[[nodiscard]] std::string patterns_json(const std::vector<std::string>& patterns);
// `new PATTERN --json`: {"pattern", "wrote", "next"}; `next` is the command that runs the file, for
// a shell.
[[nodiscard]] std::string new_json(std::string_view pattern, std::string_view file);

}  // namespace report
