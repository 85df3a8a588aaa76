// Files made to hurt: each is refused after a bounded amount of work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loading.h"

namespace scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

TEST(Hostile, ALargeFileIsRefusedBeforeItIsParsed) {
  const std::string error = load_error(std::string(10'000'000, '['));
  EXPECT_THAT(error, StartsWith("dir/case.yaml:1:1: "));
  EXPECT_THAT(error, HasSubstr("10000000 bytes and at most 1048576"));
}

TEST(Hostile, TheLargestFileThatIsReadLoads) {
  std::string text = "name: a\n";
  text += "#" + std::string(kMaxFileBytes - text.size() - 1, 'x');
  ASSERT_EQ(text.size(), kMaxFileBytes);
  EXPECT_EQ(load_ok(text).base.name, "a");
}

// "a: &a [x, x]", "b: &b [*a, *a]", ...: doubles with each line.
TEST(Hostile, AnAliasBombIsRefused) {
  std::string text = "a0: &a0 [" + repeated("x,", 500) + "]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string name = "a" + std::to_string(i);
    const std::string inner = "*a" + std::to_string(i - 1);
    text += name + ": &" + name + " [" + inner + ", " + inner + "]\n";
  }
  EXPECT_THAT(load_error(text), HasSubstr("more than 50000 values"));
}

TEST(Hostile, ManyAliasesAreRefused) {
  EXPECT_THAT(load_error("a: &a x\nb: [" + repeated("*a,", 65) + "]"),
              HasSubstr("more than 64 aliases"));
}

TEST(Hostile, AliasesOfALongTextAreRefused) {
  EXPECT_THAT(
      load_error("a: &a " + std::string(500'000, 'x') + "\nb: [" + repeated("*a,", 60) + "]"),
      HasSubstr("make the scenario smaller"));
}

TEST(Hostile, AnAliasOfItselfIsRefused) {
  EXPECT_THAT(load_error("a: &a [*a]"), HasSubstr("inside its own anchor"));
}

TEST(Hostile, DeepNestingIsRefused) {
  for (const std::string_view open : {"[", "{a: ", "- ", "? ", "{"}) {
    const std::string error = load_error(repeated(open, 100'000));
    EXPECT_THAT(error, StartsWith("dir/case.yaml:1:")) << open;
  }
  EXPECT_THAT(load_error("a: " + repeated("[", 33) + repeated("]", 33)),
              HasSubstr("nested deeper than 32"));
}

TEST(Hostile, ManyKeysAndManyValuesAreRefused) {
  std::string keys;
  for (int i = 0; i < 1'001; ++i) {
    keys += "k" + std::to_string(i) + ": 1\n";
  }
  EXPECT_THAT(load_error(keys), HasSubstr("more than 1000 keys in one map"));
  EXPECT_THAT(load_error("a: [" + repeated("x,", 50'001) + "]"), HasSubstr("more than 50000"));
}

TEST(Hostile, ManyRunsAreRefused) {
  std::string text = "runs:\n";
  for (int i = 0; i < 257; ++i) {
    text += "  r" + std::to_string(i) + ": {}\n";
  }
  EXPECT_THAT(load_error(text), HasSubstr("are 257"));
}

// A short text that stands for millions of names.
TEST(Hostile, ManyLargePartitionsAreRefused) {
  std::string text = "pools: [{name: a, size: 900}]\nfaults:\n";
  for (int i = 0; i < 120; ++i) {
    text += "  - {kind: partition, at: " + std::to_string(200 * i) +
            "ms, for: 100ms, sides: [[a-1], [rest]]}\n";
  }
  EXPECT_THAT(load_error(text), HasSubstr("more than 100000 nodes in partitions"));
}

TEST(Hostile, ManyLargeRunsAreRefused) {
  std::string text = "pools: [{name: a, size: 900}]\nfaults:\n";
  for (int i = 0; i < 100; ++i) {
    text += "  - {kind: partition, at: " + std::to_string(200 * i) +
            "ms, for: 100ms, sides: [[a-1], [rest]]}\n";
  }
  text += "runs:\n";
  for (int i = 0; i < 20; ++i) {
    text += "  r" + std::to_string(i) + ": {}\n";
  }
  EXPECT_THAT(load_error(text), HasSubstr("runs: have more than 1000000 values together"));
}

TEST(Hostile, EveryPrefixOfAFileLoadsOrIsRefusedInOneLine) {
  const std::string text =
      "name: a\npools: [{name: b, size: 2}]\nfaults:\n  - {kind: crash, target: b-1, at: 1s}\n"
      "runs: {base: {}, x: {duration: &d 5s, budget: {drain: *d}}}\n\"q\\x41\": 'u'\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string error = load_error(text.substr(0, size));
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

TEST(Hostile, EveryByteInEveryPlaceIsSurvived) {
  const std::string text = "pools: [{name: b, size: 2}]\nduration: 5s\n";
  for (std::size_t place = 0; place < text.size(); ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[place] = static_cast<char>(byte);
      const std::string error = load_error(changed);
      EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    }
  }
}

}  // namespace
}  // namespace scenario
