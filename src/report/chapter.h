// The chapter of the page about one case.
#pragma once

#include "lab/suite.h"
#include "markup.h"
#include "report/html.h"

namespace report {

// `number` counts cases from 1 and makes the chapter's anchors.
void add_chapter(Markup& page, const lab::CaseResult& result, std::size_t number,
                 const PageInfo& info);

// "case-3"
[[nodiscard]] std::string chapter_anchor(std::size_t number);

// Null where there is no such metric.
[[nodiscard]] const lab::MetricEstimate* find_estimate(const lab::Estimates& estimates,
                                                       std::string_view metric);
// Of all runs of the case; "–" where no task was offered.
[[nodiscard]] std::string reliability_text(const lab::CaseResult& result);
// Of the first run that has a single point of failure, or of any.
[[nodiscard]] std::string spof_of(const lab::CaseResult& result);

}  // namespace report
