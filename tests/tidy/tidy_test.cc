// Every rule must find something in a bad sample and nothing in a good one: a rule that finds
// nothing is no rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "banned.h"
#include "functions.h"
#include "rules.h"

namespace tidy {
namespace {

Tree tree_of(std::vector<File> files) {
  Tree tree;
  tree.modules = parse_modules(
      "core |  |  | pure | present\n"
      "swarm | core |  | pure | present\n"
      "real | core | Boost::headers OpenSSL::Crypto | impure | present\n"
      "later | core swarm |  | pure | absent\n");
  tree.files = std::move(files);
  return tree;
}

Findings found(const std::string& rule, const Tree& tree) {
  for (const NamedRule& named : all_rules()) {
    if (named.name == rule) {
      return named.rule(tree);
    }
  }
  ADD_FAILURE() << "no rule is called " << rule;
  return {};
}

std::size_t tally(const std::string& rule, const std::string& path, const std::string& text) {
  return found(rule, tree_of({make_file(path, text)})).size();
}

std::string repeat(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

TEST(Text, ALineOf101ColumnsIsFound) {
  EXPECT_EQ(tally("columns", "src/core/a.cc", std::string(100, 'x') + "\n"), 0U);
  EXPECT_EQ(tally("columns", "src/core/a.cc", std::string(101, 'x') + "\n"), 1U);
  EXPECT_EQ(tally("columns", "a.md", "a " + std::string(118, 'x') + "\n"), 0U);
  EXPECT_EQ(tally("columns", "a.md", "a " + std::string(119, 'x') + "\n"), 1U);
}

TEST(Text, ColumnsAreCharactersAndTablesMayBeWide) {
  EXPECT_EQ(tally("columns", "src/core/a.cc", repeat("é", 100) + "\n"), 0U);
  EXPECT_EQ(tally("columns", "a.md", "| " + repeat("cell ", 30) + "|\n"), 0U);
}

TEST(Text, AFileOf601LinesIsFound) {
  EXPECT_EQ(tally("file length", "src/core/a.cc", repeat("\n", 600)), 0U);
  EXPECT_EQ(tally("file length", "src/core/a.cc", repeat("\n", 601)), 1U);
}

TEST(Text, TrailingSpaceAndAMissingNewlineAreFound) {
  EXPECT_EQ(tally("endings", "src/core/a.cc", "int a;\n"), 0U);
  EXPECT_EQ(tally("endings", "src/core/a.cc", "int a; \n"), 1U);
  EXPECT_EQ(tally("endings", "src/core/a.cc", "int a;"), 1U);
}

TEST(Text, ForbiddenWordsAreFound) {
  const std::vector<std::string> bad = {
      "// TO"
      "DO: later",
      "// FIX"
      "ME",
      "a stu"
      "b of a server",
      "see /hom"
      "e/anna/src",
      "cp /wor"
      "k/main",
      "/roo"
      "t/key",
      "https://registry.npm"
      "js.org/",
      "see issue "
      "#12",
      "done as "
      "requested"};
  for (const std::string& line : bad) {
    EXPECT_EQ(tally("words", "src/core/a.cc", line + "\n"), 1U) << line;
  }
  const std::vector<std::string> good = {"// stubborn",
                                         "the sandbox's /home/user",
                                         "homework/x",
                                         "net"
                                         "work/frame.h",
                                         "a TODOS list",
                                         "the issue is"};
  for (const std::string& line : good) {
    EXPECT_EQ(tally("words", "src/core/a.cc", line + "\n"), 0U) << line;
  }
}

std::size_t longest(const std::string& text) {
  std::size_t lines = 0;
  for (const Function& function : functions_of(make_file("src/core/a.cc", text))) {
    lines = std::max(lines, function.lines);
  }
  return lines;
}

TEST(Functions, AFunctionOf71LinesIsFound) {
  const std::string body = repeat("  ++a;\n", 68);
  EXPECT_EQ(tally("function length", "src/core/a.cc", "int f(int a) {\n" + body + "}\n"), 0U);
  EXPECT_EQ(tally("function length", "src/core/a.cc", "int f(int a) {\n\n" + body + "}\n"), 1U);
}

struct Surroundings {
  const char* before;
  const char* after;
};
constexpr Surroundings kSurroundings[] = {
    {"", ""}, {"namespace a {\n", "}\n"}, {"class B : public A {\n public:\n", "};\n"}};

TEST(Functions, EveryKindOfFunctionIsSeen) {
  const std::string body = repeat("  ++a;\n", 10);
  for (const std::string head :
       {"int f()", "template <class T, int N = 3>\nvoid f(T a)", "A::A() : a_{1}, b_(2), c_{}",
        "bool operator==(const A& b) const", "auto f() -> int", "TEST(Suite, Name)",
        "[[nodiscard]] int f(int b = 3, std::vector<int> c = {1, 2})", "void f() noexcept(true)",
        "static std::map<int, int> f(const std::string& text)", "constexpr struct X f()"}) {
    for (const Surroundings& around : kSurroundings) {
      const std::string text = around.before + (head + " {\n") + body + "}\n" + around.after;
      EXPECT_GE(longest(text), 12U) << text;
      EXPECT_LE(longest(text), 13U) << text;
    }
  }
}

TEST(Functions, WhatIsNoFunctionIsNotSeen) {
  const std::string body = repeat("  1,\n", 80);
  for (const std::string head : {"constexpr int kTable[] =", "enum class E", "struct S",
                                 "int table", "const std::vector<int> all = make({1}, 2) +"}) {
    EXPECT_EQ(longest(head + " {\n" + body + "};\n"), 0U) << head;
  }
}

TEST(Functions, BracesInCommentsLiteralsAndMacrosDoNotCount) {
  EXPECT_EQ(longest("int f() {\n  // }\n  auto a = \"}\"; auto b = '}'; auto c = R\"x(})\" })x\";\n"
                    "  /* }\n } */ int d = 1'000;\n}\n"),
            6U);
  EXPECT_EQ(longest("#define A(x) \\\n  if (x) { \\\n\nint f() {\n}\n"), 2U);
}

TEST(BannedCalls, EveryPatternFindsItsSample) {
  for (const Banned& call : banned_calls()) {
    EXPECT_GE(tally("banned call", "src/swarm/a.cc", call.sample + "\n"), 1U) << call.sample;
  }
}

TEST(BannedCalls, CommentsLiteralsAndSimilarNamesAreFree) {
  for (const std::string line :
       {"// std::rand()", "auto a = \"system(x)\";", "num::exp(x);", "context.time();",
        "order.exp(1)", "core::Time at = time(event);", "world.connect(a, b)", "node.sleep(true);",
        "int random = stream.next();", "__builtin_sqrt(x);", "std::map<NodeId, Node*> by_id;"}) {
    EXPECT_EQ(tally("banned call", "src/swarm/a.cc", line + "\n"), 0U) << line;
  }
}

TEST(BannedCalls, AnImpureModuleMayReadAClockAndATestMayNot) {
  const std::string clock = "auto now = std::chrono::steady_clock::now();\n";
  EXPECT_EQ(tally("banned call", "src/real/a.cc", clock), 0U);
  EXPECT_EQ(tally("banned call", "src/swarm/test/a_test.cc", clock), 1U);
}

TEST(Includes, OnlyDeclaredModulesAndLibraries) {
  const auto findings = [](const std::string& path, const std::string& include) {
    return tally("include", path, "#include " + include + "\n");
  };
  EXPECT_EQ(findings("src/swarm/a.cc", "\"core/id.h\""), 0U);
  EXPECT_EQ(findings("src/swarm/a.cc", "\"swarm/group.h\""), 0U);
  EXPECT_EQ(findings("src/swarm/a.cc", "\"private.h\""), 0U);
  EXPECT_EQ(findings("src/swarm/a.cc", "<map>"), 0U);
  EXPECT_EQ(findings("src/real/a.cc", "<boost/asio.hpp>"), 0U);
  EXPECT_EQ(findings("src/real/a.cc", "<sys/socket.h>"), 0U);
  EXPECT_EQ(findings("src/swarm/test/a_test.cc", "\"world_sim/simulation.h\""), 1U)
      << "a driver that is no module of the table";
  EXPECT_EQ(findings("src/swarm/test/a_test.cc", "<gtest/gtest.h>"), 0U);

  EXPECT_EQ(findings("src/core/a.cc", "\"swarm/group.h\""), 1U) << "upwards";
  EXPECT_EQ(findings("src/swarm/a.cc", "\"../core/hidden.h\""), 2U) << "by place";
  EXPECT_EQ(findings("src/swarm/a.cc", "\"boost/asio.hpp\""), 1U) << "quoted library";
  EXPECT_EQ(findings("src/swarm/a.cc", "<boost/asio.hpp>"), 1U) << "undeclared library";
  EXPECT_EQ(findings("src/real/a.cc", "<nlohmann/json.hpp>"), 1U) << "undeclared library";
  EXPECT_EQ(findings("src/swarm/a.cc", "<thread>"), 1U) << "impure";
  EXPECT_EQ(findings("src/swarm/a.cc", "<sys/socket.h>"), 1U) << "impure";
  EXPECT_EQ(findings("src/swarm/a.cc", "<gtest/gtest.h>"), 1U) << "tests only";
}

TEST(Includes, AHeaderWithoutPragmaOnceIsFound) {
  EXPECT_EQ(tally("pragma once", "src/core/a.h", "// A.\n#pragma once\n"), 0U);
  EXPECT_EQ(tally("pragma once", "src/core/a.h", "// A.\n"), 1U);
}

TEST(TreeRules, AModuleHasAReadmeAndAPlaceInTheTable) {
  const File code = make_file("src/core/a.cc", "");
  EXPECT_EQ(found("modules", tree_of({code})).size(), 1U);
  EXPECT_EQ(found("modules", tree_of({code, make_file("src/core/README.md", "# core\n")})).size(),
            0U);
  EXPECT_EQ(found("modules", tree_of({code, make_file("src/core/README.md", "# other\n")})).size(),
            1U);
  EXPECT_EQ(found("modules",
                  tree_of({code, make_file("src/core/README.md", "# core\n" + repeat("\n", 50))}))
                .size(),
            1U);
  EXPECT_EQ(tally("modules", "src/stray/a.cc", ""), 1U);
  EXPECT_EQ(tally("modules", "src/later/include/core/a.h", ""), 1U);
  EXPECT_EQ(tally("modules", "src/later/string_utils.cc", ""), 1U);
}

TEST(TreeRules, AFileThatNobodyNamesIsAnOrphan) {
  const File script = make_file("tests/system/kill.sh", "");
  const File header = make_file("src/core/include/core/a.h", "");
  EXPECT_EQ(found("orphans", tree_of({script, header})).size(), 2U);
  EXPECT_EQ(found("orphans", tree_of({script, make_file("run", "tests/system/kill.sh\n"), header,
                                      make_file("src/core/a.cc", "#include \"core/a.h\"\n")}))
                .size(),
            0U);
}

TEST(TreeRules, ScenariosHaveTheirPlace) {
  EXPECT_EQ(tally("scenarios", "scenarios/suite/mesh.yaml", ""), 0U);
  EXPECT_EQ(tally("scenarios", "scenarios/canaries/lost.yaml", ""), 0U);
  EXPECT_EQ(tally("scenarios", "scenarios/mesh.yaml", ""), 1U);
  EXPECT_EQ(tally("scenarios", "scenarios/suite/mesh.yml", ""), 1U);
}

TEST(TreeRules, DeadLinksAreFound) {
  const File page = make_file("docs/page.md", "# The page\n\n## How, exactly?\n");
  const auto findings = [&](const std::string& path, const std::string& text) {
    return found("links", tree_of({page, make_file(path, text)})).size();
  };
  EXPECT_EQ(findings("README.md", "[a](docs/page.md) [b](docs) [c](https://example.org/x)"), 0U);
  EXPECT_EQ(findings("README.md", "[a](docs/page.md#how-exactly)"), 0U);
  EXPECT_EQ(findings("docs/other.md", "[a](page.md) [b](../docs/page.md)"), 0U);
  EXPECT_EQ(findings("README.md", "[a](docs/gone.md)"), 1U);
  EXPECT_EQ(findings("README.md", "[a](docs/page.md#why)"), 1U);
  EXPECT_EQ(findings("src/core/a.cc", "// See docs/gone.md.\n"), 1U);
  EXPECT_EQ(findings("src/core/a.cc", "// See docs/page.md.\n"), 0U);
}

TEST(TreeRules, TheModuleTableIsTheOneOfTheBuild) {
  const std::string core = "| `core` | none | none | foundation |\n";
  const std::string swarm = "| `swarm` | core | none | swarms |\n";
  const std::string real = "| `real` | core | Boost::headers, OpenSSL::Crypto | driver |\n";
  const std::string later = "| `later` | core swarm | none | later |\n";
  const auto findings = [](const std::string& text) {
    return tally("module table", "ARCHITECTURE.md", text);
  };
  EXPECT_EQ(findings(core + swarm + real + later), 0U);
  EXPECT_EQ(findings(core + swarm + real), 1U) << "a row is missing";
  EXPECT_EQ(findings(core + swarm + real + later + "| `gone` | core | none | x |\n"), 1U);
  EXPECT_EQ(findings(core + "| `swarm` | core real | none | x |\n" + real + later), 1U);
  EXPECT_EQ(findings(core + "| `swarm` | core | Boost::headers | x |\n" + real + later), 1U);
  EXPECT_EQ(found("module table", tree_of({})).size(), 1U);
}

TEST(Status, EveryRowNamesATestOrACommandThatExists) {
  const std::vector<std::string> tests = {"core.Codec.Encodes", "tidy.tree"};
  const auto findings = [&](const std::string& row) {
    return check_status(
               tree_of({make_file("docs/status.md", "| promise | shown by | state |\n" + row),
                        make_file("run", "case $1 in\n  check) all ;;\nesac\n"),
                        make_file("src/cli/main.cc", "add(\"replay\");\n")}),
               tests)
        .size();
  };
  EXPECT_EQ(findings("| encodes | `core.Codec.*`, `tidy.tree` | works |\n"), 0U);
  EXPECT_EQ(findings("| checks | `./run check` | partly |\n"), 0U);
  EXPECT_EQ(findings("| replays | `muster replay RUN` | works |\n"), 0U);
  EXPECT_EQ(findings("| flies | | missing |\n"), 0U);

  EXPECT_EQ(findings("| decodes | `core.Decode.*` | works |\n"), 1U);
  EXPECT_EQ(findings("| decodes | `core.Codec` | works |\n"), 1U);
  EXPECT_EQ(findings("| sings | `./run sing` | works |\n"), 1U);
  EXPECT_EQ(findings("| sings | `muster sing` | works |\n"), 1U);
  EXPECT_EQ(findings("| sings | `tests/sing.sh` | works |\n"), 1U);
  EXPECT_EQ(findings("| sings | trust us | works |\n"), 1U);
  EXPECT_EQ(findings("| encodes | `tidy.tree` | nearly |\n"), 1U);
  EXPECT_EQ(findings(""), 1U);
}

}  // namespace
}  // namespace tidy
