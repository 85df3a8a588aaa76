#include <algorithm>

#include "build.h"
#include "section.h"

namespace scenario {
namespace {

core::Result<void> check_keys(const Tree& tree, const FaultRule& rule, const std::string& path,
                              const Source& source) {
  const std::vector<std::string> allowed = fault_keys(rule);
  const std::string kind(name_of(rule.kind));
  for (const Entry& entry : tree.entries) {
    if (std::find(allowed.begin(), allowed.end(), entry.key) == allowed.end()) {
      return refuse(
          source, entry.key_place, path + "." + entry.key,
          "means nothing for " + kind + ", which takes: " + join(allowed) + "; take it away");
    }
  }
  for (const std::string& key : rule.required) {
    if (find(tree, key) == nullptr) {
      return refuse(source, tree.place, path, kind + " has no " + quote(key) + "; add it");
    }
  }
  if ((find(tree, "at") == nullptr) == (find(tree, "on") == nullptr)) {
    return refuse(source, tree.place, path,
                  "needs exactly one of at and on; say when the fault starts, like at: 5s");
  }
  return {};
}

// Classes of nodes; any other word is the name of one node, which rules.h looks up.
Target target_of(const std::string& word) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last_value(TargetKind{})); ++i) {
    const auto kind = static_cast<TargetKind>(i);
    if (kind != TargetKind::kNode && name_of(kind) == word) {
      return {.kind = kind, .name = ""};
    }
  }
  return {.kind = TargetKind::kNode, .name = word};
}

Fault build_fault(const Section& section) {
  Fault fault;
  section.word("kind", fault.kind);
  if (section.has("target")) {
    fault.target = target_of(section.text("target"));
  }
  if (section.has("at")) {
    section.duration("at", fault.at.emplace());
  }
  if (section.has("on")) {
    const Section trigger = section.section("on");
    fault.on.emplace();
    trigger.word("probe", fault.on->probe);
    trigger.integer("nth", fault.on->nth);
  }
  if (section.has("for")) {
    section.duration("for", fault.lasts.emplace());
  }
  section.word("disk", fault.disk);
  section.percent("speed", fault.speed_ppm);
  section.percent("load", fault.load_ppm);
  section.number("rate", Shape::kByteRate, fault.bytes_per_s);
  section.percent("probability", fault.probability_ppm);
  section.percent("correlation", fault.correlation_ppm);
  section.duration("mean", fault.mean);
  section.duration("jitter", fault.jitter);
  section.duration("window", fault.window);
  for (const Tree& side : section.list("sides")) {
    std::vector<std::string>& names = fault.sides.emplace_back();
    for (const Tree& node : side.items) {
      names.push_back(node.text);
    }
  }
  fault.one_way = section.text("one_way") == "true";
  fault.members_only = section.text("members_only") == "true";
  section.duration("latency", fault.latency);
  section.duration("offset", fault.offset);
  section.integer("ppm", fault.drift_ppm);
  fault.region = section.text("region");
  section.word("fate", fault.fate);
  return fault;
}

}  // namespace

core::Result<std::vector<Fault>> build_faults(const Tree& tree, const Source& source) {
  std::vector<Fault> faults;
  const std::span<const Tree> items = Section(&tree).list("faults");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Fault fault = build_fault(Section(&items[i]));
    TRY_VOID(
        check_keys(items[i], fault_rule(fault.kind), "faults[" + std::to_string(i) + "]", source));
    faults.push_back(fault);
  }
  return faults;
}

}  // namespace scenario
