#include "tree.h"

#include <algorithm>
#include <cctype>

namespace tidy {
namespace {

// Blanks comments and the contents of literals, keeping every newline and column.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text), out_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_until("\n", 0);
      } else if (starts("/*")) {
        blank_until("*/", 2);
      } else if (starts("R\"") && !word_before()) {
        raw_string();
      } else if (text_[at_] == '"') {
        literal('"');
      } else if (text_[at_] == '\'' && !word_before()) {
        literal('\'');
      } else {
        ++at_;
      }
    }
    return out_;
  }

 private:
  [[nodiscard]] bool starts(std::string_view prefix) const {
    return text_.substr(at_).starts_with(prefix);
  }
  // True in 1'000'000 and in identifiers that end with R.
  [[nodiscard]] bool word_before() const {
    return at_ > 0 &&
           (std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0 || text_[at_ - 1] == '_');
  }
  void blank(std::size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (text_[at_] != '\n') {
        out_[at_] = ' ';
      }
    }
  }
  void blank_until(std::string_view closing, std::size_t extra) {
    const std::size_t end = text_.find(closing, at_ + extra);
    blank(end == std::string_view::npos ? text_.size() : end + extra);
  }
  void raw_string() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) {
      at_ = text_.size();
      return;
    }
    const std::string closing = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    const std::size_t end = text_.find(closing, open);
    blank(end == std::string_view::npos ? text_.size() : end + closing.size());
  }
  // An include keeps its path: the rules read it.
  void literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2U : 1U;
    }
    const std::size_t line_start = text_.rfind('\n', at_) + 1;
    const bool include = text_.substr(line_start).starts_with("#include");
    if (include) {
      at_ = end + 1;
      return;
    }
    ++at_;
    blank(end);
    ++at_;
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

std::string trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

File make_file(std::string path, std::string text) {
  File file{std::move(path), std::move(text), {}, {}};
  file.lines = split(file.text, '\n');
  if (!file.lines.empty() && file.lines.back().empty()) {
    file.lines.pop_back();
  }
  if (is_cpp(file)) {
    file.code = split(Blanker(file.text).run(), '\n');
    file.code.resize(file.lines.size());
  }
  return file;
}

std::vector<Module> parse_modules(std::string_view table) {
  std::vector<Module> modules;
  for (const std::string& line : split(table, '\n')) {
    const std::vector<std::string> cells = split(line, '|');
    if (cells.size() != 5) {
      continue;
    }
    Module module;
    module.name = trim(cells[0]);
    for (const std::string& word : split(trim(cells[1]), ' ')) {
      if (!word.empty()) {
        module.dependencies.push_back(word);
      }
    }
    for (const std::string& word : split(trim(cells[2]), ' ')) {
      if (!word.empty()) {
        module.libraries.push_back(word);
      }
    }
    module.pure = trim(cells[3]) == "pure";
    module.present = trim(cells[4]) == "present";
    modules.push_back(std::move(module));
  }
  return modules;
}

const File* Tree::file(std::string_view path) const {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const File& f) { return f.path == path; });
  return found == files.end() ? nullptr : &*found;
}

const Module* Tree::module(std::string_view name) const {
  const auto found =
      std::find_if(modules.begin(), modules.end(), [&](const Module& m) { return m.name == name; });
  return found == modules.end() ? nullptr : &*found;
}

bool Tree::has_folder(std::string_view path) const {
  const std::string prefix = std::string(path) + (path.ends_with('/') ? "" : "/");
  return std::any_of(files.begin(), files.end(),
                     [&](const File& f) { return f.path.starts_with(prefix); });
}

bool is_cpp(const File& file) {
  return file.path.ends_with(".cc") || file.path.ends_with(".h");
}

std::string module_of(const File& file) {
  const std::vector<std::string> parts = split(file.path, '/');
  return parts.size() > 2 && parts[0] == "src" ? parts[1] : "";
}

bool is_module_test(const File& file) {
  const std::vector<std::string> parts = split(file.path, '/');
  return parts.size() > 3 && parts[0] == "src" && parts[2] == "test";
}

}  // namespace tidy
