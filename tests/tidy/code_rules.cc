#include <algorithm>
#include <regex>

#include "banned.h"
#include "functions.h"
#include "rules.h"

namespace tidy {
namespace {

constexpr std::size_t kFunctionLines = 70;

Findings function_length(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files) {
    for (const Function& function : functions_of(file)) {
      if (function.lines > kFunctionLines) {
        findings.push_back({file.path, function.line, "function length",
                            std::to_string(function.lines) + " lines; split it below 70"});
      }
    }
  }
  return findings;
}

bool excepted(const File& file, const Banned& banned) {
  return std::any_of(banned.exceptions.begin(), banned.exceptions.end(),
                     [&](const std::string& path) { return file.path.starts_with(path); });
}

Findings banned(const Tree& tree) {
  Findings findings;
  for (const Banned& call : banned_calls()) {
    const std::regex pattern(call.pattern);
    for (const File& file : tree.files) {
      if (file.code.empty() || !in_area(tree, file, call.area) || excepted(file, call)) {
        continue;
      }
      for (std::size_t i = 0; i < file.code.size(); ++i) {
        std::smatch match;
        if (std::regex_search(file.code[i], match, pattern)) {
          findings.push_back(
              {file.path, i + 1, "banned call", trim(match.str()) + ": use " + call.instead});
        }
      }
    }
  }
  return findings;
}

struct ThirdParty {
  std::string prefix;                // of the path in angle brackets
  std::vector<std::string> targets;  // any of them in the module's row allows it
};

const std::vector<ThirdParty>& third_parties() {
  static const std::vector<ThirdParty> table = {
      {"boost/", {"Boost::headers"}},
      {"openssl/", {"OpenSSL::Crypto", "OpenSSL::SSL"}},
      {"nlohmann/", {"nlohmann_json::nlohmann_json"}},
      {"yaml-cpp/", {"yaml-cpp"}},
      {"fmt/", {"fmt::fmt"}},
      {"spdlog/", {"spdlog::spdlog"}},
      {"CLI/", {"CLI11::CLI11"}},
      {"sqlite3.h", {"SQLite::SQLite3"}},
  };
  return table;
}

// Headers of the standard library and of Linux that open a door out of the deterministic set.
const std::regex& impure_header() {
  static const std::regex pattern(
      R"(^(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|)"
      R"(random|unordered_map|unordered_set|fstream|iostream|filesystem|ctime|locale|regex|)"
      R"(coroutine|csignal|execution|(sys|linux|netinet|arpa|net)/.*|[a-z0-9_]+\.h)$)");
  return pattern;
}

class IncludeCheck {
 public:
  IncludeCheck(const Tree& tree, const File& file)
      : tree_(tree), file_(file), module_(tree.module(module_of(file))) {}

  Findings run() {
    static const std::regex include(R"re(^\s*#include\s+(["<])([^">]+)[">])re");
    for (line_ = 0; line_ < file_.code.size(); ++line_) {
      std::smatch match;
      if (!std::regex_search(file_.code[line_], match, include)) {
        continue;
      }
      const std::string path = match[2];
      if (path.find("..") != std::string::npos) {
        add(path + ": name the header by its module, not by its place");
      }
      if (module_ != nullptr) {
        match[1] == "\"" ? quoted(path) : angled(path);
      }
    }
    return std::move(findings_);
  }

 private:
  void add(std::string what) {
    findings_.push_back({file_.path, line_ + 1, "include", std::move(what)});
  }
  void quoted(const std::string& path) {
    const std::vector<std::string> parts = split(path, '/');
    if (parts.size() == 1) {
      return;  // a private header beside the file: the compiler finds it or not
    }
    const std::string own = "src/" + module_->name + "/";
    if (tree_.file(own + path) != nullptr || tree_.file(own + "test/" + path) != nullptr) {
      return;
    }
    const std::string& other = parts[0];
    const bool declared = other == module_->name || contains(module_->dependencies, other);
    const bool driver = is_module_test(file_) && (other == "world_sim" || other == "sandbox_sim");
    if (tree_.module(other) == nullptr) {
      add(path + ": " + other + " is no module; put third-party headers in angle brackets");
    } else if (!declared && !driver) {
      add(path + ": " + module_->name + " does not declare " + other + " in cmake/Modules.cmake");
    }
  }
  void angled(const std::string& path) {
    for (const ThirdParty& party : third_parties()) {
      if (!path.starts_with(party.prefix)) {
        continue;
      }
      if (std::none_of(party.targets.begin(), party.targets.end(), [&](const std::string& target) {
            return contains(module_->libraries, target);
          })) {
        add(path + ": " + module_->name + " does not declare " + party.targets.front());
      }
      return;
    }
    if (path.starts_with("gtest/") || path.starts_with("gmock/")) {
      if (!is_module_test(file_)) {
        add(path + ": only tests use it");
      }
      return;
    }
    const bool hash_map = file_.path == "src/core/include/core/hash_map.h";
    if (module_->pure && !is_module_test(file_) && !hash_map &&
        std::regex_match(path, impure_header())) {
      add(path + ": not in the deterministic set");
    } else if (path.find('/') != std::string::npos && module_->pure) {
      add(path + ": an unknown library; the table is in tests/tidy/code_rules.cc");
    }
  }
  static bool contains(const std::vector<std::string>& list, const std::string& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  const Tree& tree_;
  const File& file_;
  const Module* module_;
  std::size_t line_ = 0;
  Findings findings_;
};

Findings includes(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files) {
    std::ranges::move(IncludeCheck(tree, file).run(), std::back_inserter(findings));
  }
  return findings;
}

Findings pragma_once(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files) {
    if (file.path.ends_with(".h") &&
        std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end()) {
      findings.push_back({file.path, 0, "pragma once", "a header starts with #pragma once"});
    }
  }
  return findings;
}

}  // namespace

std::vector<NamedRule> code_rules() {
  return {{"function length", function_length},
          {"banned call", banned},
          {"include", includes},
          {"pragma once", pragma_once}};
}

}  // namespace tidy
