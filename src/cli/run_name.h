// What the name of a run stands for: SCENARIO[:VARIANT]@SEED[#BUILD[.EDITION]].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "lab/suite.h"

namespace cli {

struct FoundRun {
  lab::Case source;
  std::size_t variant = 0;
  std::uint64_t seed = 0;
  std::string build;     // that the name says; may be empty
  bool changed = false;  // this build named it when the scenario said something else
  [[nodiscard]] const scenario::Scenario& scenario() const { return source.file.runs[variant]; }
};

// kInvalid: not the name of a run, or no such variant; otherwise what find_case() says.
[[nodiscard]] core::Result<FoundRun> find_run(std::string_view name);

// What to say of one that has changed.
[[nodiscard]] std::string changed_text(const FoundRun& found);

}  // namespace cli
