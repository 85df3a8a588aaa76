#include <algorithm>
#include <regex>

#include "rules.h"

namespace tidy {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kProseColumns = 120;  // paragraphs are wrapped by hand and reflow badly
constexpr std::size_t kFileLines = 600;

bool has_any_suffix(const File& file, const std::vector<std::string_view>& suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(),
                     [&](std::string_view suffix) { return file.path.ends_with(suffix); });
}

bool is_source(const File& file) {
  return file.path == "run" || file.path == ".ci/run" ||
         has_any_suffix(file,
                        {".cc", ".h", ".cmake", "CMakeLists.txt", ".sh", ".js", ".mjs", ".py"});
}

// Licence texts and data are other people's bytes.
bool is_prose_or_source(const File& file) {
  return is_source(file) ||
         has_any_suffix(file, {".md", ".yaml", ".yml", ".json", ".txt", ".css", ".html"});
}

// Code points, not bytes.
std::size_t width(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

Findings columns(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files) {
    const bool markdown = file.path.ends_with(".md");
    if (!is_source(file) && !markdown) {
      continue;
    }
    const std::size_t limit = markdown ? kProseColumns : kColumns;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      const bool unbreakable = markdown && (line.starts_with("|") || line.find(' ') > limit);
      if (width(line) > limit && !unbreakable) {
        findings.push_back(
            {file.path, i + 1, "columns",
             std::to_string(width(line)) + " columns; break it at " + std::to_string(limit)});
      }
    }
  }
  return findings;
}

Findings file_length(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files) {
    if (is_source(file) && file.lines.size() > kFileLines) {
      findings.push_back({file.path, 0, "file length",
                          std::to_string(file.lines.size()) + " lines; split it below 600"});
    }
  }
  return findings;
}

Findings endings(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files) {
    if (!is_prose_or_source(file) || file.text.empty()) {
      continue;
    }
    if (!file.text.ends_with('\n')) {
      findings.push_back({file.path, 0, "endings", "the last line has no newline"});
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (line.ends_with(' ') || line.ends_with('\t') || line.ends_with('\r')) {
        findings.push_back({file.path, i + 1, "endings", "white space at the end of the line"});
      }
    }
  }
  return findings;
}

struct Word {
  std::string pattern;
  std::string why;
};

// Patterns are written so that they do not match themselves.
const std::vector<Word>& words() {
  static const std::vector<Word> list = {
      {R"(\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b)", "do it or leave it out"},
      {R"(\b[Ss]tu[b](s|bed)?\b)", "a part that does nothing is not a part; say what it is"},
      {R"((^|[^\w.~-])/(hom[e]/(?!user\b)|roo[t]/|wor[k]/|User[s]/)\w)",
       "a path of one machine; make it relative or a parameter"},
      {R"(\b(registry\.npm[j]s|pypi\.or[g]|deb\.debian\.or[g]|proxy\.golan[g])\b)",
       "name the package, not the host it came from"},
      {R"(\b([Ii]ssue|[Tt]icket) #\d)", "give the reason itself, not a number"},
      {R"(\b([Aa]s (requested|instructed)|the brie[f]|per the brie[f])\b)",
       "speak of the code, not of who asked for it"},
  };
  return list;
}

Findings forbidden_words(const Tree& tree) {
  std::vector<std::regex> patterns;
  for (const Word& word : words()) {
    patterns.emplace_back(word.pattern);
  }
  Findings findings;
  for (const File& file : tree.files) {
    if (!is_prose_or_source(file)) {
      continue;
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (std::size_t p = 0; p < patterns.size(); ++p) {
        std::smatch match;
        if (std::regex_search(file.lines[i], match, patterns[p])) {
          findings.push_back(
              {file.path, i + 1, "words", "\"" + trim(match.str()) + "\": " + words()[p].why});
        }
      }
    }
  }
  return findings;
}

}  // namespace

std::vector<NamedRule> text_rules() {
  return {{"columns", columns},
          {"file length", file_length},
          {"endings", endings},
          {"words", forbidden_words}};
}

}  // namespace tidy
