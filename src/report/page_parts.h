// The files of web/ and the chart library, embedded by module.cmake when the program is built.
#pragma once

#include <string_view>

namespace report {

extern const std::string_view kStyle;
extern const std::string_view kScript;
extern const std::string_view kCharts;  // Chart.js

// "sha256-…" in base64, for the page's content security policy.
extern const std::string_view kStyleHash;
extern const std::string_view kScriptHash;
extern const std::string_view kChartsHash;

}  // namespace report
