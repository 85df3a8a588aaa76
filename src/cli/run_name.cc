#include "run_name.h"

#include <charconv>

#include "build.h"
#include "files.h"
#include "lab/schedule.h"

namespace cli {
namespace {

struct RunName {
  std::string scenario;
  std::string variant;  // empty: the first
  std::uint64_t seed = 0;
  std::string build;    // empty: not said
  std::string edition;  // likewise, as in names of older programs
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
  const std::string_view program = hash == std::string_view::npos ? "" : text.substr(hash + 1);
  const std::size_t dot = program.find('.');
  name.build = program.substr(0, dot);
  name.edition = dot == std::string_view::npos ? "" : program.substr(dot + 1);
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

core::Result<std::size_t> find_variant(const lab::Case& source, const RunName& name) {
  if (name.variant.empty()) {
    return 0;
  }
  std::string known;
  for (std::size_t i = 0; i < source.file.runs.size(); ++i) {
    const std::string word = lab::variant_word(source.file.runs[i].run);
    if (word == name.variant) {
      return i;
    }
    known += (known.empty() ? "" : ", ") + word;
  }
  return core::fail(core::Code::kInvalid,
                    name.scenario + " has no variant '" + name.variant + "'; it has: " + known);
}

}  // namespace

core::Result<FoundRun> find_run(std::string_view text) {
  const RunName name = TRY(parse(text));
  FoundRun found{TRY(find_case(name.scenario)), 0, name.seed, name.build};
  TRY_VOID(lab::enumerate_components(found.source.file));
  found.variant = TRY(find_variant(found.source, name));
  // Of another build, the edition tells nothing.
  found.changed = name.build == build_identity() && !name.edition.empty() &&
                  name.edition != lab::edition_of(found.scenario());
  return found;
}

std::string changed_text(const FoundRun& found) {
  return found.source.path + " has changed since: this is another run than the one named.";
}

}  // namespace cli
