#include "functions.h"

#include <cctype>
#include <regex>

namespace tidy {
namespace {

enum class Scope { kNamespaceOrClass, kFunction, kOther };

// What stands before a brace decides what the brace opens.
std::string without_template_head(std::string head) {
  while (head.starts_with("template")) {
    const std::size_t open = head.find('<');
    if (open == std::string::npos) {
      return head;
    }
    int depth = 0;
    std::size_t at = open;
    do {
      depth += head[at] == '<' ? 1 : head[at] == '>' ? -1 : 0;
      ++at;
    } while (at < head.size() && depth > 0);
    head = trim(std::string_view(head).substr(at));
  }
  return head;
}

std::string without_parentheses(const std::string& head) {
  std::string outside;
  int depth = 0;
  for (const char c : head) {
    if (c == '(') {
      ++depth;
    }
    if (depth == 0) {
      outside.push_back(c);
    }
    if (c == ')') {
      --depth;
      outside.append(depth == 0 ? "()" : "");
    }
  }
  return outside;
}

bool has_initialiser_list(const std::string& outside) {
  static const std::regex colon(R"(\(\)[^:=]*[^:]:[^:])");
  return std::regex_search(outside + " ", colon);
}

// A brace inside a constructor's initialiser list: `: limit_{5}`.
bool opens_member_initialiser(const std::string& head) {
  const std::string outside = without_parentheses(head);
  const char last = head.empty() ? ' ' : head.back();
  const bool after_name =
      std::isalnum(static_cast<unsigned char>(last)) != 0 || last == '_' || last == '>';
  return after_name && has_initialiser_list(outside);
}

Scope scope_of(const std::string& raw_head) {
  static const std::regex container(R"(^(inline )?(namespace|class|struct|union|extern)\b)");
  static const std::regex operator_name(R"(operator[^\w(]*)");
  static const std::regex attribute(R"(\[\[[^\]]*\]\]\s*)");
  std::string head = std::regex_replace(raw_head, attribute, "");
  head = std::regex_replace(without_template_head(trim(head)), operator_name, "operator_ ");
  const std::string outside = without_parentheses(head);
  if (outside.find('=') != std::string::npos || outside.starts_with("enum")) {
    return Scope::kOther;
  }
  if (std::regex_search(head, container) && outside.find("()") == std::string::npos) {
    return Scope::kNamespaceOrClass;
  }
  return outside.find("()") != std::string::npos ? Scope::kFunction : Scope::kOther;
}

class Scanner {
 public:
  explicit Scanner(const File& file) : file_(file) {}

  std::vector<Function> run() {
    for (line_ = 0; line_ < file_.code.size(); ++line_) {
      const std::string& line = file_.code[line_];
      const bool directive = continued_ || trim(line).starts_with("#");
      continued_ = directive && line.ends_with('\\');
      if (directive) {
        continue;
      }
      for (const char c : line) {
        take(c);
      }
      take(' ');
    }
    return std::move(found_);
  }

 private:
  void take(char c) {
    if (c == '{') {
      open();
    } else if (c == '}') {
      close();
    } else if (c == ';' && parentheses_ == 0) {
      head_.clear();
    } else if (!head_.empty() || std::isspace(static_cast<unsigned char>(c)) == 0) {
      parentheses_ += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (head_.empty()) {
        head_line_ = line_;
      }
      head_.push_back(c);
      static const std::regex access(R"(^(public|private|protected)\s*:$)");
      if (c == ':' && std::regex_match(head_, access)) {
        head_.clear();
      }
    }
  }
  void open() {
    if (parentheses_ > 0 || opens_member_initialiser(trim(head_))) {
      stack_.push_back({Scope::kOther, true, trim(head_), head_line_});
      return;
    }
    const bool inside = !stack_.empty() && stack_.back().scope != Scope::kNamespaceOrClass;
    const Scope scope = inside ? Scope::kOther : scope_of(trim(head_));
    stack_.push_back({scope, false, trim(head_), head_line_});
    head_.clear();
  }
  void close() {
    if (stack_.empty()) {
      return;
    }
    const Open last = stack_.back();
    stack_.pop_back();
    if (last.part_of_head) {
      head_ = last.head + "{}";
      return;
    }
    if (last.scope == Scope::kFunction) {
      found_.push_back({last.head, last.line + 1, line_ - last.line + 1});
    }
    head_.clear();
  }

  struct Open {
    Scope scope;
    bool part_of_head;
    std::string head;
    std::size_t line;
  };
  const File& file_;
  std::vector<Open> stack_;
  std::vector<Function> found_;
  std::string head_;
  std::size_t head_line_ = 0;
  std::size_t line_ = 0;
  int parentheses_ = 0;
  bool continued_ = false;
};

}  // namespace

std::vector<Function> functions_of(const File& file) {
  return Scanner(file).run();
}

}  // namespace tidy
