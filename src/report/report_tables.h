// The tables of a case's chapter. Each adds its heading, and nothing where it would be empty.
#pragma once

#include <vector>

#include "lab/suite.h"
#include "markup.h"
#include "report/html.h"

namespace report {

// What was required and aimed at, with what was observed, over the seeds of each variant.
void add_requirements(Markup& page, const lab::CaseResult& result);
// Planned faults of these runs, and when they acted.
void add_faults(Markup& page, const std::vector<const lab::RunResult*>& runs);
// Summed over all runs, with the first violations.
void add_invariants(Markup& page, const lab::CaseResult& result);
// The whole catalogue, folded.
void add_metrics(Markup& page, const lab::CaseResult& result);
// Every run with its fingerprint and its replay command, folded.
void add_runs(Markup& page, const lab::CaseResult& result, const PageInfo& info);

}  // namespace report
