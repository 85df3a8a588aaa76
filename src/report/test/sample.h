// A suite's result as a lab could make it, with everything that a report shows: a pass, a failure,
// a case without runs; and with names that want to break out of the page.
#pragma once

#include "lab/suite.h"

namespace report {

// Ends a script, opens another, has quotes, a line separator (U+2028) and bytes that are no UTF-8.
inline constexpr std::string_view kHostile =
    "</script><script>document.title='broken'</script><img src=x onerror=\"alert(1)\">&\xE2\x80\xA8"
    "'\"\xFF\xC0";

[[nodiscard]] lab::SuiteResult sample_suite();
// Two stages of a ring; the second is the slow one, and its name wants to break out of the page.
[[nodiscard]] std::vector<lab::StageResult> sample_stages();

}  // namespace report
