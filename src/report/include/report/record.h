// Results of the lab as JSON that can be read back: what the results database keeps of a run and of
// a case, beside its columns.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "lab/suite.h"

namespace report {

// Everything of a run but the latencies of single tasks.
[[nodiscard]] std::string run_record(const lab::RunResult& run);
// kCorrupt: not what run_record() makes.
[[nodiscard]] core::Result<lab::RunResult> run_of_record(std::string_view text);

// Everything of a case but its runs.
[[nodiscard]] std::string case_record(const lab::CaseResult& result);
[[nodiscard]] core::Result<lab::CaseResult> case_of_record(std::string_view text);

// Suite, cases and runs in one object: the key "records" of what `muster report --json` prints.
[[nodiscard]] std::string suite_record(const lab::SuiteResult& suite);
// From suite_record() itself, or from an object that has it as "records".
[[nodiscard]] core::Result<lab::SuiteResult> suite_of_record(std::string_view text);

}  // namespace report
