#include "published.h"

#include <array>
#include <utility>

namespace report {
namespace {

constexpr auto kPublished =
    std::to_array<Published>({{"Mesh", "98 %", "850 ms", "none", "< 1 s", "< 3 s"},
                              {"Multi-Strategy", "95 %", "800 ms", "low", "< 2 s", "< 4 s"},
                              {"Auto-Scaling", "94 %", "“variable”", "low", "12–18 s", "< 33 s"},
                              {"Hierarchical", "90 %", "720 ms", "medium", "< 5 s", "< 8 s"},
                              {"Blue-Green", "88 %", "900 ms", "low", "< 1 s", "< 3 s"},
                              {"Ring", "85 %", "680 ms", "high", "manual", "minutes"},
                              {"Canary", "85 %", "850 ms", "low", "10–20 s", "< 30 s"},
                              {"Star", "75 %", "750 ms", "critical", "manual", "minutes"}});

constexpr auto kMeanings = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"Mesh",
      "Every member has a link to every other one and takes tasks from clients. The leader of the "
      "group assigns them; work and joint decisions go from peer to peer."},
     {"Hierarchical",
      "A leader, with sub-leaders where the swarm is large, takes the tasks and hands them down; "
      "candidates stand ready to lead when it is lost."},
     {"Ring",
      "Stages in a fixed order: each hands its result to the next, with credits against overload "
      "and a breaker on each link. No order without the risk stage's approval of the same task."},
     {"Star",
      "A hub takes and assigns all tasks, spokes do them. Standbys among the spokes can take over "
      "the hub's role; without them the hub is a single point of failure."},
     {"Auto-Scaling",
      "A rule changes the size of a pool from its load, or ahead of it from the market's "
      "volatility. A policy over a topology: read it as the difference from that topology alone."},
     {"Multi-Strategy",
      "Agents of several strategies in one swarm; tasks go by capability, or to the strategy that "
      "has lately earned most. A policy over a topology."},
     {"Blue-Green",
      "A new version runs beside the old one and takes over its tasks in steps; on errors the "
      "steps are taken back. A policy over a topology."},
     {"Canary",
      "A few agents of a new version get a small share of the tasks and are judged against the "
      "old one before the rest follows. A policy over a topology."}});

}  // namespace

const Published* find_published(std::string_view pattern) {
  for (const Published& one : kPublished) {
    if (pattern.starts_with(one.pattern)) {
      return &one;
    }
  }
  return nullptr;
}

std::string_view meaning_of_pattern(std::string_view pattern) {
  for (const auto& [name, meaning] : kMeanings) {
    if (pattern.starts_with(name)) {
      return meaning;
    }
  }
  return {};
}

}  // namespace report
