// What the page says of patterns as wholes: what each is, how it recovers, how they compare.
#pragma once

#include <string_view>

#include "lab/suite.h"
#include "markup.h"

namespace report {

// Before a pattern's first case: what it is, how long each kind of fault took to be dealt with, and
// the figures that the suite which Muster replaces published for it.
void add_pattern(Markup& page, const lab::SuiteResult& suite, std::string_view pattern);

// The columns of all patterns, the published ones beside them, and the Pareto picture where the
// rows stand for the same load.
void add_across(Markup& page, const lab::SuiteResult& suite);

}  // namespace report
