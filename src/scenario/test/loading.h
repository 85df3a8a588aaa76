// Loads scenario texts in tests, with data files that are kept in memory.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "scenario/load.h"

namespace scenario {

inline Options with_files(std::map<std::string, std::string> files) {
  return {
      .read_file = [files = std::move(files)](std::string_view path) -> core::Result<std::string> {
        const auto found = files.find(std::string(path));
        if (found == files.end()) {
          return core::fail(core::Code::kNotFound, "no such file");
        }
        return found->second;
      }};
}

inline ScenarioFile load_ok(std::string_view text, const Options& options = with_files({})) {
  const core::Result<ScenarioFile> file = load(text, "dir/case.yaml", options);
  EXPECT_TRUE(file.has_value()) << file.error().message;
  return file.value_or(ScenarioFile{});
}

// The error line; empty if the text loads.
inline std::string load_error(std::string_view text, const Options& options = with_files({})) {
  const core::Result<ScenarioFile> file = load(text, "dir/case.yaml", options);
  return file.has_value() ? "" : file.error().message;
}

}  // namespace scenario
