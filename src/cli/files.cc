#include "files.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <system_error>

#include "market/series.h"
#include "scenario/load.h"
#include "scenario/nearest.h"

namespace cli {
namespace fs = std::filesystem;
namespace {

core::Result<std::vector<fs::path>> files_of_kind(const fs::path& directory,
                                                  std::string_view extension) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == extension) {
      found.push_back(it->path());
    }
  }
  if (error) {
    return core::fail(core::Code::kIo,
                      "cannot list " + directory.string() + ": " + error.message());
  }
  std::ranges::sort(found);
  return found;
}

core::Result<std::vector<fs::path>> yaml_files(const fs::path& directory) {
  return files_of_kind(directory, ".yaml");
}

// `; did you mean "x"?`, of the files of that kind in these folders and of the names given.
std::string meant(std::string_view name, std::string_view extension,
                  const std::vector<fs::path>& folders, std::vector<std::string> names = {}) {
  const std::vector<fs::path> none;
  for (const fs::path& folder : folders) {
    for (const fs::path& file : files_of_kind(folder, extension).value_or(none)) {
      names.push_back(file.filename().string());
    }
  }
  const std::string near = scenario::nearest(name, names);
  return near.empty() ? "" : "; did you mean \"" + near + "\"?";
}

}  // namespace

core::Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return core::fail(core::Code::kNotFound, path.string() + ": no such file; check the path");
  }
  std::ifstream stream(path, std::ios::binary);
  // What a file says of its size may be wrong, and the limit is far above what most have.
  std::string text;
  for (std::array<char, 65'536> part; stream && text.size() <= limit;) {
    stream.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad() || !stream.is_open()) {
    return core::fail(core::Code::kIo, path.string() + ": cannot be read; check its permissions");
  }
  if (text.size() > limit) {
    return core::fail(core::Code::kInvalid, path.string() + ": has more than the " +
                                                std::to_string(limit) +
                                                " bytes that are read; is it the right file?");
  }
  return text;
}

core::Result<void> write_file(const fs::path& path, std::string_view text) {
  std::error_code error;
  if (path.has_parent_path()) {
    fs::create_directories(path.parent_path(), error);
  }
  // Two programs may write the same file: the later one replaces the earlier one's, whole.
  const fs::path temporary = path.string() + "." + std::to_string(getpid()) + ".part";
  {
    std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.flush()) {
      fs::remove(temporary, error);
      return core::fail(core::Code::kIo, path.string() + ": cannot be written");
    }
  }
  fs::rename(temporary, path, error);
  if (error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    return core::fail(core::Code::kIo, path.string() + ": " + error.message());
  }
  return {};
}

core::Result<fs::path> home() {
  std::error_code error;
  std::vector<fs::path> starts{fs::current_path(error)};
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    starts.insert(starts.begin(), program.parent_path());
  }
  for (fs::path start : starts) {
    for (int level = 0; level < 4 && !start.empty(); ++level, start = start.parent_path()) {
      if (fs::is_directory(start / "scenarios" / "suite", error)) {
        return start;
      }
      if (fs::is_directory(start / "share" / "muster" / "scenarios", error)) {
        return start / "share" / "muster";
      }
    }
  }
  return core::fail(core::Code::kNotFound,
                    "scenarios/suite is neither beside the program nor here; run muster from the "
                    "project's folder");
}

core::Result<lab::Case> load_case(const fs::path& path) {
  const std::string text = TRY(read_file(path, scenario::kMaxFileBytes));
  scenario::Options options;
  options.read_file = [&path](std::string_view name) -> core::Result<std::string> {
    const fs::path beside = path.parent_path() / name;
    std::error_code error;
    if (fs::is_regular_file(beside, error)) {
      return read_file(beside, market::kMaximumSeriesBytes);
    }
    const auto root = home();
    if (root && fs::is_regular_file(*root / "data" / name, error)) {
      return read_file(*root / "data" / name, market::kMaximumSeriesBytes);
    }
    std::vector<fs::path> folders{path.has_parent_path() ? path.parent_path() : "."};
    if (root) {
      folders.push_back(*root / "data");
    }
    return core::fail(core::Code::kNotFound, "there is no " + std::string(name) +
                                                 " beside the scenario or in data/" +
                                                 meant(name, ".csv", folders));
  };
  lab::Case made;
  made.path = path.string();
  made.found_as = path.string();
  made.file = TRY(scenario::load(text, path.string(), options));
  return made;
}

core::Result<std::vector<lab::Case>> load_suite() {
  const fs::path root = TRY(home());
  std::vector<lab::Case> cases;
  for (const fs::path& path : TRY(yaml_files(root / "scenarios" / "suite"))) {
    cases.push_back(TRY(load_case(path)));
    cases.back().found_as.clear();
  }
  // A pattern's cases stand together.
  std::ranges::stable_sort(cases, {}, [](const lab::Case& one) { return one.file.base.pattern; });
  return cases;
}

core::Result<lab::Case> find_case(std::string_view name) {
  std::error_code error;
  if (fs::is_regular_file(fs::path(name), error)) {
    return load_case(fs::path(name));
  }
  const fs::path root = TRY(home());
  std::vector<std::string> known;
  for (const char* folder : {"suite", "regression", "examples"}) {
    if (!fs::is_directory(root / "scenarios" / folder, error)) {
      continue;
    }
    for (const fs::path& path : TRY(yaml_files(root / "scenarios" / folder))) {
      auto loaded = TRY(load_case(path));
      if (loaded.file.base.name == name) {
        loaded.found_as.clear();
        return loaded;
      }
      known.push_back(loaded.file.base.name);
    }
  }
  const fs::path asked(name);
  const std::string near =
      meant(asked.filename().string(), ".yaml",
            {asked.has_parent_path() ? asked.parent_path() : fs::path(".")}, known);
  std::string list;
  for (const std::string& one : known) {
    list += (list.empty() ? "" : ", ") + one;
  }
  return core::fail(core::Code::kNotFound, "there is no scenario '" + std::string(name) + "'" +
                                               near + " name a file or one of: " + list);
}

}  // namespace cli
