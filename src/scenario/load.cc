#include "scenario/load.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "build.h"
#include "characters.h"
#include "merge.h"
#include "rules.h"
#include "section.h"
#include "source.h"
#include "tables.h"
#include "tree.h"
#include "validate.h"

namespace scenario {
namespace {

// A run before it is resolved.
struct Variant {
  std::string name;
  const Tree* change = nullptr;    // null: none; else of the file's tree
  bool swept = false;              // the change is a value of the sweep's key
  std::string arm{};               // the name without the schedule
  const Tree* schedule = nullptr;  // of the file's schedules
  bool full = false;
};

// "scenarios/Mesh momentum.yaml" -> "mesh-momentum"
std::string slug_of(std::string_view file_name) {
  const std::size_t slash = file_name.find_last_of('/');
  if (slash != std::string_view::npos) {
    file_name.remove_prefix(slash + 1);
  }
  std::string slug;
  for (const char letter : file_name.substr(0, file_name.find_last_of('.'))) {
    const bool upper = is_upper(letter);
    const bool plain = is_lower(letter) || is_digit(letter);
    slug += upper ? static_cast<char>(letter - 'A' + 'a') : plain ? letter : '-';
  }
  slug.resize(std::min(slug.size(), kNameBytes));
  return slug.empty() ? "scenario" : slug;
}

bool is_run_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytes &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
}

Tree without_file_keys(const Tree& file) {
  Tree base = file;
  std::erase_if(base.entries, [](const Entry& entry) {
    return entry.key == "name" || entry.key == "runs" || entry.key == "sweep" ||
           entry.key == "schedules" || entry.key == "seeds";
  });
  return base;
}

core::Result<std::vector<Variant>> named_runs(const Tree& file, const Source& source) {
  std::vector<Variant> variants;
  const Tree* runs = find(file, "runs");
  if (runs == nullptr) {
    return variants;
  }
  if (runs->kind != TreeKind::kMap || runs->entries.empty()) {
    return refuse(source, runs->place, "runs",
                  "has no run; write names and changes, like base: {}");
  }
  for (const Entry& entry : runs->entries) {
    const std::string path = "runs." + entry.key;
    if (!is_run_name(entry.key)) {
      return refuse(source, entry.key_place, path,
                    "is no name for a run; write 1 to 64 letters a-z, digits, - and _");
    }
    if (entry.value.kind != TreeKind::kMap && entry.value.kind != TreeKind::kNull) {
      return refuse(source, entry.value.place, path,
                    "is no map of keys; write what the run changes, or {} for nothing");
    }
    const bool same = entry.value.kind == TreeKind::kNull;
    variants.push_back({.name = entry.key, .change = same ? nullptr : &entry.value});
  }
  return variants;
}

// Each variant under each of the file's schedules.
std::vector<Variant> under_schedules(const Tree& file, std::vector<Variant> variants) {
  const Tree* schedules = find(file, "schedules");
  if (schedules == nullptr) {
    return variants;
  }
  std::vector<Variant> made;
  for (const char* kind : {"quick", "full"}) {
    for (const Tree& schedule : Section(schedules).list(kind)) {
      for (Variant variant : variants) {
        variant.arm = variant.name;
        variant.name += "." + schedule.text;
        variant.schedule = &schedule;
        variant.full = std::string_view(kind) == "full";
        made.push_back(std::move(variant));
      }
    }
  }
  return made;
}

core::Result<std::vector<Variant>> variants_of(const Tree& file, const Source& source) {
  std::vector<Variant> variants = TRY(named_runs(file, source));
  for (const Tree& value : Section(find(file, "sweep")).list("values")) {
    variants.push_back({.name = value.text, .change = &value, .swept = true});
  }
  if (variants.empty()) {
    variants.push_back({.name = "base"});
  }
  variants = under_schedules(file, std::move(variants));
  if (variants.size() > kMaxRuns) {
    return refuse(source, file.place, "runs",
                  "are " + std::to_string(variants.size()) + " with the sweep's; write at most " +
                      std::to_string(kMaxRuns));
  }
  std::set<std::string> names;
  for (const Variant& variant : variants) {
    if (!names.insert(variant.name).second) {
      return refuse(source, place_of(file, "sweep.values"), "sweep.values",
                    "make a second run " + quote(variant.name) + "; write each value once");
    }
  }
  return variants;
}

core::Result<Tree> tree_of(const Variant& variant, const Tree& file, const Tree& base,
                           const Source& source) {
  Tree tree = base;
  if (variant.swept) {
    tree = TRY(with_value(base, *find(*find(file, "sweep"), "key"), *variant.change, source));
  } else if (variant.change != nullptr) {
    tree = merge(base, *variant.change);
  }
  if (variant.schedule != nullptr) {
    std::erase_if(tree.entries, [](const Entry& entry) { return entry.key == "schedule"; });
    tree.entries.push_back({"schedule", variant.schedule->place, *variant.schedule});
  }
  return tree;
}

// How much memory the scenario takes, roughly, in values.
std::size_t extent_of(const Scenario& scenario, const Tree& tree) {
  std::size_t extent = node_count(tree);
  for (const Fault& fault : scenario.faults) {
    for (const std::vector<std::string>& side : fault.sides) {
      extent += side.size();
    }
  }
  return extent;
}

core::Result<Scenario> resolve(const Tree& tree, const std::string& run, FileContext& context,
                               const Source& source) {
  TRY_VOID(validate(tree, run_keys(), "", source));
  Scenario scenario = TRY(build(tree, run, context, source));
  TRY_VOID(apply_rules(scenario, tree, source));
  return scenario;
}

std::optional<Sweep> sweep_of(const Tree& file) {
  const Section section(find(file, "sweep"));
  if (!section.has("key")) {
    return std::nullopt;
  }
  Sweep sweep;
  sweep.key = section.text("key");
  section.words("values", sweep.values);
  sweep.metric = section.text("metric");
  return sweep;
}

core::Result<ScenarioFile> load_tree(const Tree& file, const std::string& file_name,
                                     const Options& options) {
  const Source source{.file = file_name, .run = ""};
  TRY_VOID(validate(file, file_keys(), "", source));
  const Tree base = without_file_keys(file);
  const std::vector<Variant> variants = TRY(variants_of(file, source));
  FileContext context;
  context.read_file = options.read_file;
  const Tree* name = find(file, "name");
  context.name = name != nullptr ? name->text : slug_of(file_name);
  for (const Variant& variant : variants) {
    context.run_names.push_back(variant.name);
  }
  ScenarioFile result;
  result.base = TRY(resolve(base, "base", context, source));
  std::size_t extent = 0;
  for (const Variant& variant : variants) {
    const Tree tree = TRY(tree_of(variant, file, base, source));
    const Source of_run{.file = file_name, .run = variant.name};
    Scenario& run = result.runs.emplace_back(TRY(resolve(tree, variant.name, context, of_run)));
    run.arm = variant.schedule == nullptr ? run.arm : variant.arm;
    run.full = variant.full;
    extent += extent_of(result.runs.back(), tree);
    if (extent > kMaxResolvedValues) {
      return refuse(source, place_of(file, "runs"), "runs",
                    "have more than " + std::to_string(kMaxResolvedValues) +
                        " values together; split the file");
    }
  }
  result.sweep = sweep_of(file);
  Section(&file).integer("seeds", result.seeds);
  result.series = std::move(context.series);
  return result;
}

}  // namespace

core::Result<ScenarioFile> load(std::string_view yaml_text, std::string file_name,
                                const Options& options) {
  const Tree file = TRY(parse_tree(yaml_text, file_name));
  if (file.entries.empty() && file.kind == TreeKind::kMap) {
    return core::fail(
        core::Code::kInvalid,
        file_name + ": says nothing; `muster new star FILE` writes a commented start");
  }
  return load_tree(file, file_name, options);
}

}  // namespace scenario
