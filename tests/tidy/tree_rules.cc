#include <algorithm>
#include <filesystem>
#include <regex>

#include "rules.h"

namespace tidy {
namespace {

constexpr std::size_t kReadmeLines = 50;

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// Every module has a folder of the prescribed shape and a README of one screen.
Findings modules(const Tree& tree) {
  Findings findings;
  for (const Module& module : tree.modules) {
    const std::string folder = "src/" + module.name;
    if (!module.present || !tree.has_folder(folder)) {
      continue;
    }
    const File* readme = tree.file(folder + "/README.md");
    if (readme == nullptr) {
      findings.push_back({folder, 0, "modules", "it has no README.md"});
    } else if (readme->lines.size() > kReadmeLines) {
      findings.push_back({readme->path, 0, "modules", "longer than one screen of 50 lines"});
    } else if (readme->lines.empty() || readme->lines[0] != "# " + module.name) {
      findings.push_back({readme->path, 1, "modules", "its title must be # " + module.name});
    }
  }
  for (const File& file : tree.files) {
    const std::string name = module_of(file);
    if (name.empty()) {
      continue;
    }
    const std::string include = "src/" + name + "/include/";
    if (tree.module(name) == nullptr) {
      findings.push_back({file.path, 0, "modules", name + " is not in cmake/Modules.cmake"});
    } else if (file.path.starts_with(include) && !file.path.starts_with(include + name + "/")) {
      findings.push_back({file.path, 0, "modules", "public headers live in " + include + name});
    }
    if (file.path.find("util") != std::string::npos) {
      findings.push_back({file.path, 0, "modules", "name it by what it does, not utilities"});
    }
  }
  return findings;
}

// A header that nobody includes, or a file outside src/ that nobody names, is left over.
Findings orphans(const Tree& tree) {
  Findings findings;
  static const std::regex self_explaining(
      R"(^([^/]+|src/.*\.(cc|md)|scenarios/.*|docs/evidence/.*|(\.github|\.ci)/.*|)"
      R"(.*CMakeLists\.txt|(.*/)?(README\.md|NOTICE)|(fuzz|bench)/.*\.cc)$)");
  for (const File& file : tree.files) {
    if (std::regex_match(file.path, self_explaining)) {
      continue;
    }
    const std::string name = base_name(file.path);
    const std::string stem = name.substr(0, name.rfind('.'));
    const bool named = std::any_of(tree.files.begin(), tree.files.end(), [&](const File& other) {
      return other.path != file.path && (other.text.find(name) != std::string::npos ||
                                         (file.path.starts_with("tests/mutants/") &&
                                          other.text.find(stem) != std::string::npos));
    });
    if (!named) {
      findings.push_back({file.path, 0, "orphans", "no other file names it"});
    }
  }
  return findings;
}

Findings scenarios(const Tree& tree) {
  Findings findings;
  static const std::regex place(
      R"(^(scenarios/(suite|regression|examples|canaries)(/[\w-]+)*/[\w.-]+\.yaml|)"
      R"(src/\w+/test/.*\.yaml|\.github/.*|examples/.*|tests/.*)$)");
  for (const File& file : tree.files) {
    const bool yaml = file.path.ends_with(".yaml") || file.path.ends_with(".yml");
    if (yaml && !std::regex_match(file.path, place)) {
      findings.push_back({file.path, 0, "scenarios",
                          "scenarios live in scenarios/suite, regression, examples or canaries"});
    }
  }
  return findings;
}

// The anchor that readers of Markdown make of a heading.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : trim(heading)) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '_' || c == '-' || byte >= 0x80) {
      anchor.push_back(static_cast<char>(std::tolower(byte)));
    } else if (c == ' ') {
      anchor.push_back('-');
    }
  }
  return anchor;
}

bool has_anchor(const File& file, const std::string& anchor) {
  return std::any_of(file.lines.begin(), file.lines.end(), [&](const std::string& line) {
    return line.starts_with("#") &&
           anchor_of(std::string_view(line).substr(line.find_first_not_of('#'))) == anchor;
  });
}

std::string resolve(const File& from, const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path(from.path).parent_path();
  std::string path = (folder / target).lexically_normal().generic_string();
  if (path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

// Why a link does not lead anywhere; empty when it does.
std::string broken(const Tree& tree, const File& file, const std::string& link) {
  static const std::regex external(R"(^(https?|mailto):)");
  if (std::regex_search(link, external)) {
    return {};
  }
  const std::size_t hash = link.find('#');
  const std::string target = link.substr(0, hash);
  const std::string path = target.empty() ? file.path : resolve(file, target);
  const File* reached = tree.file(path);
  if (reached == nullptr && !tree.has_folder(path) && path != ".") {
    return "the link " + link + " leads nowhere";
  }
  if (hash != std::string::npos && reached != nullptr &&
      !has_anchor(*reached, link.substr(hash + 1))) {
    return "no heading of " + path + " gives " + link.substr(hash);
  }
  return {};
}

Findings links(const Tree& tree) {
  static const std::regex markdown(R"(\]\(([^)\s]+)\))");
  static const std::regex mention(R"(\bdocs/[\w/-]+\.md\b)");
  Findings findings;
  for (const File& file : tree.files) {
    const bool prose = file.path.ends_with(".md");
    const bool samples = file.path.starts_with("tests/tidy/");
    for (std::size_t i = 0; i < file.lines.size() && !samples; ++i) {
      const std::string& line = file.lines[i];
      if (prose) {
        for (std::sregex_iterator m(line.begin(), line.end(), markdown), end; m != end; ++m) {
          const std::string why = broken(tree, file, (*m)[1]);
          if (!why.empty()) {
            findings.push_back({file.path, i + 1, "links", why});
          }
        }
        continue;
      }
      for (std::sregex_iterator m(line.begin(), line.end(), mention), end; m != end; ++m) {
        if (tree.file(m->str()) == nullptr) {
          findings.push_back({file.path, i + 1, "links", "there is no " + m->str()});
        }
      }
    }
  }
  return findings;
}

std::set<std::string> words_of(const std::string& cell) {
  std::set<std::string> words;
  static const std::regex word(R"([\w:-]+)");
  for (std::sregex_iterator m(cell.begin(), cell.end(), word), end; m != end; ++m) {
    words.insert(m->str());
  }
  words.erase("none");
  return words;
}

// ARCHITECTURE.md shows the table that the build uses: | `name` | may include | third party | ...
Findings module_table(const Tree& tree) {
  Findings findings;
  const File* page = tree.file("ARCHITECTURE.md");
  if (page == nullptr) {
    return {{"ARCHITECTURE.md", 0, "module table", "the page is missing"}};
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < page->lines.size(); ++i) {
    const std::vector<std::string> cells = split(page->lines[i], '|');
    if (cells.size() < 5 || !trim(cells[1]).starts_with("`")) {
      continue;
    }
    const std::string name = *words_of(cells[1]).begin();
    const Module* module = tree.module(name);
    seen.insert(name);
    if (module == nullptr) {
      findings.push_back({page->path, i + 1, "module table", name + " is no module of the build"});
      continue;
    }
    const std::set<std::string> includes(module->dependencies.begin(), module->dependencies.end());
    const std::set<std::string> libraries(module->libraries.begin(), module->libraries.end());
    if (words_of(cells[2]) != includes) {
      findings.push_back({page->path, i + 1, "module table",
                          name + " may include something else in cmake/Modules.cmake"});
    }
    if (words_of(cells[3]) != libraries) {
      findings.push_back({page->path, i + 1, "module table",
                          name + " uses other libraries in cmake/Modules.cmake"});
    }
  }
  for (const Module& module : tree.modules) {
    if (!seen.contains(module.name)) {
      findings.push_back({page->path, 0, "module table", "there is no row for " + module.name});
    }
  }
  return findings;
}

}  // namespace

std::vector<NamedRule> tree_rules() {
  return {{"modules", modules},
          {"orphans", orphans},
          {"scenarios", scenarios},
          {"links", links},
          {"module table", module_table}};
}

std::vector<NamedRule> all_rules() {
  std::vector<NamedRule> all = text_rules();
  for (auto* part : {code_rules, tree_rules}) {
    std::ranges::move(part(), std::back_inserter(all));
  }
  return all;
}

Findings check_tree(const Tree& tree) {
  Findings findings;
  for (const NamedRule& rule : all_rules()) {
    std::ranges::move(rule.rule(tree), std::back_inserter(findings));
  }
  return findings;
}

}  // namespace tidy
