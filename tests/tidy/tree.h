// The tracked source tree as the tidy rules see it: text in memory, so that a rule can be tried on
// a sample that is never written to disk.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct File {
  std::string path;                // relative to the project, with forward slashes
  std::string text;                // as it is on disk
  std::vector<std::string> lines;  // of text
  std::vector<std::string> code;  // the same lines of a C++ file, comments and literals blanked out
};

// What one row of build/<preset>/modules.txt says, as cmake/Modules.cmake declared it.
struct Module {
  std::string name;
  std::vector<std::string> dependencies;
  std::vector<std::string> libraries;
  bool pure = false;     // one of the deterministic set
  bool present = false;  // src/<name> exists
};

struct Tree {
  std::vector<File> files;
  std::vector<Module> modules;

  [[nodiscard]] const File* file(std::string_view path) const;
  [[nodiscard]] const Module* module(std::string_view name) const;
  [[nodiscard]] bool has_folder(std::string_view path) const;
};

struct Finding {
  std::string path;
  std::size_t line = 0;  // 0: the file as a whole
  std::string rule;
  std::string what;  // what is wrong and what to do instead
};

File make_file(std::string path, std::string text);
std::vector<Module> parse_modules(std::string_view table);
std::vector<std::string> split(std::string_view text, char separator);
std::string trim(std::string_view text);

bool is_cpp(const File& file);
// "core" for src/core/include/core/id.h; empty outside src/.
std::string module_of(const File& file);
bool is_module_test(const File& file);

}  // namespace tidy
