// tidy SOURCE_DIR FILE_LIST MODULES_TXT           checks the files of the list against every rule
// tidy SOURCE_DIR FILE_LIST MODULES_TXT TESTS     checks docs/status.md against the tests named in
// TESTS
//
// FILE_LIST has one path a line, relative to SOURCE_DIR. Exit: 0 tidy, 1 findings, 2 usage.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>

#include "rules.h"

namespace {

bool read_file(const std::string& path, std::string& text) {
  std::ifstream in(path, std::ios::binary);
  text.assign(std::istreambuf_iterator<char>(in), {});
  return in.good() || in.eof();
}

int report(const tidy::Findings& findings) {
  for (const tidy::Finding& finding : findings) {
    std::printf("%s:%zu: %s: %s\n", finding.path.c_str(), finding.line, finding.rule.c_str(),
                finding.what.c_str());
  }
  std::printf("%zu findings\n", findings.size());
  return findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, std::next(argv, argc));
  if (arguments.size() != 4 && arguments.size() != 5) {
    std::fprintf(stderr, "usage: tidy SOURCE_DIR FILE_LIST MODULES_TXT [TESTS]\n");
    return 2;
  }
  std::string list;
  std::string modules;
  if (!read_file(arguments[2], list) || !read_file(arguments[3], modules) || list.empty()) {
    std::fprintf(stderr, "tidy: cannot read %s or %s\n", arguments[2].c_str(),
                 arguments[3].c_str());
    return 2;
  }
  tidy::Tree tree;
  tree.modules = tidy::parse_modules(modules);
  for (const std::string& path : tidy::split(list, '\n')) {
    std::string text;
    if (!path.empty() && read_file(arguments[1] + "/" + path, text)) {
      tree.files.push_back(tidy::make_file(path, std::move(text)));
    }
  }
  if (tree.modules.empty() || tree.files.empty()) {
    std::fprintf(stderr, "tidy: nothing to check\n");
    return 2;
  }
  if (arguments.size() == 4) {
    return report(tidy::check_tree(tree));
  }
  std::string tests;
  if (!read_file(arguments[4], tests)) {
    std::fprintf(stderr, "tidy: cannot read %s\n", arguments[4].c_str());
    return 2;
  }
  return report(tidy::check_status(tree, tidy::split(tests, '\n')));
}
