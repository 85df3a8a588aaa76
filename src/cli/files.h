// Where things are on disk: scenario files, the built-in suite, data, results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "lab/suite.h"

namespace cli {

// At most `limit` bytes of a regular file. kNotFound, kIo, or kInvalid for a larger one.
[[nodiscard]] core::Result<std::string> read_file(const std::filesystem::path& path,
                                                  std::size_t limit);
// Writes whole or not at all: a temporary file beside it, then a rename.
[[nodiscard]] core::Result<void> write_file(const std::filesystem::path& path,
                                            std::string_view text);

// The directory that holds scenarios/ and data/: beside the program or above it, else the current
// one. kNotFound when there is none.
[[nodiscard]] core::Result<std::filesystem::path> home();

// Loads one scenario file, which its runs are then named after; data files are looked for beside
// it, then in home()/data.
[[nodiscard]] core::Result<lab::Case> load_case(const std::filesystem::path& path);

// The built-in suite in its order.
[[nodiscard]] core::Result<std::vector<lab::Case>> load_suite();

// The case that a scenario name stands for: a file's path, or the name of a scenario of the suite,
// of scenarios/regression or of scenarios/examples.
[[nodiscard]] core::Result<lab::Case> find_case(std::string_view name);

}  // namespace cli
