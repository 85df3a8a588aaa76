#include <algorithm>
#include <regex>

#include "rules.h"

namespace tidy {
namespace {

constexpr const char* kPage = "docs/status.md";

bool exists(const std::string& name, const std::vector<std::string>& tests) {
  return std::any_of(tests.begin(), tests.end(), [&](const std::string& test) {
    return name.ends_with('*') ? test.starts_with(name.substr(0, name.size() - 1)) : test == name;
  });
}

// A command is shown by its first words: a script of the project, or a subcommand that some source
// file of the command line names in quotes.
bool command_exists(const Tree& tree, const std::string& command) {
  const std::vector<std::string> words = split(command, ' ');
  if (words[0] == "./run") {
    const File* run = tree.file("run");
    return run != nullptr && (words.size() == 1 || words[1].starts_with("-") ||
                              run->text.find(words[1] + ")") != std::string::npos);
  }
  if (words[0] == "muster") {
    return words.size() > 1 &&
           std::any_of(tree.files.begin(), tree.files.end(), [&](const File& file) {
             return file.path.starts_with("src/cli/") &&
                    file.text.find('"' + words[1] + '"') != std::string::npos;
           });
  }
  return tree.file(words[0]) != nullptr;
}

}  // namespace

Findings check_status(const Tree& tree, const std::vector<std::string>& tests) {
  const File* page = tree.file(kPage);
  if (page == nullptr) {
    return {{kPage, 0, "status", "the page is missing"}};
  }
  static const std::regex quoted("`([^`]+)`");
  static const std::set<std::string> states = {"works", "partly", "missing"};
  Findings findings;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < page->lines.size(); ++i) {
    const std::string& line = page->lines[i];
    const std::vector<std::string> cells = split(line, '|');
    if (!line.starts_with("|") || line.starts_with("|-") || line.starts_with("| promise")) {
      continue;
    }
    const auto add = [&](std::string what) {
      findings.push_back({kPage, i + 1, "status", std::move(what)});
    };
    ++rows;
    if (cells.size() != 5 || !states.contains(trim(cells[3]))) {
      add("a row is | promise | `test or command` ... | works, partly or missing |");
      continue;
    }
    std::size_t named = 0;
    for (std::sregex_iterator m(cells[2].begin(), cells[2].end(), quoted), end; m != end; ++m) {
      const std::string name = (*m)[1];
      ++named;
      if (!exists(name, tests) && !command_exists(tree, name)) {
        add(name + " does not exist");
      }
    }
    if (named == 0 && trim(cells[3]) != "missing") {
      add("a promise that works is shown by a test or a command");
    }
  }
  if (rows == 0) {
    findings.push_back({kPage, 0, "status", "it has no rows"});
  }
  return findings;
}

}  // namespace tidy
