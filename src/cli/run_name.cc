#include "run_name.h"

#include <charconv>

#include "files.h"
#include "lab/schedule.h"

namespace cli {
namespace {

struct RunName {
  std::string scenario;
  std::string variant;  // empty: the first
  std::uint64_t seed = 0;
  std::string build;  // empty: not said
};

core::Result<RunName> parse(std::string_view text) {
  RunName name;
  const std::size_t at = text.rfind('@');
  const auto bad = [&] {
    return core::fail(core::Code::kInvalid,
                      "'" + std::string(text) +
                          "' is not a run; runs are SCENARIO@SEED or SCENARIO:VARIANT@SEED#BUILD, "
                          "as the report prints them");
  };
  if (at == std::string_view::npos) {
    return bad();
  }
  const std::size_t hash = text.find('#', at);
  name.build = hash == std::string_view::npos ? "" : text.substr(hash + 1);
  const std::string_view digits = text.substr(at + 1, hash - at - 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), name.seed);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) {
    return bad();
  }
  const std::string_view scenario = text.substr(0, at);
  const std::size_t colon = scenario.rfind(':');
  // A path may have a colon of its own; a variant has no slash.
  const bool has_variant =
      colon != std::string_view::npos && scenario.find('/', colon) == std::string_view::npos;
  name.scenario = scenario.substr(0, has_variant ? colon : scenario.size());
  name.variant = has_variant ? scenario.substr(colon + 1) : "";
  return name;
}

}  // namespace

core::Result<FoundRun> find_run(std::string_view text) {
  const RunName name = TRY(parse(text));
  FoundRun found{TRY(find_case(name.scenario)), 0, name.seed, name.build};
  TRY_VOID(lab::enumerate_components(found.source.file));
  if (name.variant.empty()) {
    return found;
  }
  std::string known;
  for (; found.variant < found.source.file.runs.size(); ++found.variant) {
    const std::string word = lab::variant_word(found.scenario().run);
    if (word == name.variant) {
      return found;
    }
    known += (known.empty() ? "" : ", ") + word;
  }
  return core::fail(core::Code::kInvalid,
                    name.scenario + " has no variant '" + name.variant + "'; it has: " + known);
}

}  // namespace cli
