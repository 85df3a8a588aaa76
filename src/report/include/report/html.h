// The result of a suite as one page that needs nothing else: no network, no other file.
//
// It says what every case shows, what happened over time, and why each verdict is what it is, and
// gives the command that replays each run. Everything but the charts is plain HTML and readable
// without scripts. Names and texts of scenarios are escaped, and the page's security policy allows
// only the script and the style it was built with, so nothing in a scenario can run in it.
#pragma once

#include <string>

#include "lab/suite.h"

namespace report {

struct PageInfo {
  std::string program = "muster";  // how the user calls it, for the replay commands
  std::string version;             // shown at the foot; may be empty
};

// UTF-8, ends with a newline. The same result gives the same page, byte for byte.
[[nodiscard]] std::string suite_html(const lab::SuiteResult& suite, const PageInfo& info = {});

}  // namespace report
