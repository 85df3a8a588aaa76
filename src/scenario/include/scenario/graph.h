// Links that a scenario declares one by one, and the members that only pass messages on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/fields.h"

namespace scenario {

// A graph's members tell each other of every link, so what they send grows with the square.
inline constexpr std::size_t kMaxGraphMembers = 256;

// A pool's name stands for each of its agents, those that are created while the deployment runs
// included.
struct DeclaredLink {
  std::string one;
  std::string other;
  MUSTER_FIELDS(DeclaredLink, one, other)
};

// Of a custom topology. Loaded graphs satisfy: every name is a member's or a pool's, no link leads
// back or stands twice, and who may lead reaches every member over members that pass on: the
// leader, candidates and relays. Where agents are created while it runs, links name pools instead
// of agents that may be replaced, and whoever is created is reached too.
struct GraphSpec {
  std::vector<std::string> candidates;  // agents that take the leader's place; an even number
  std::vector<std::string> relays;      // members beside the agents
  std::vector<DeclaredLink> links;
  MUSTER_FIELDS(GraphSpec, candidates, relays, links)
};

// How many sub-leaders a tree over so many workers takes when nobody has more than `fan_out` below
// it; 0: none is needed. REQUIRES fan_out >= 2.
[[nodiscard]] std::uint32_t sub_leaders(std::uint32_t workers, std::uint32_t fan_out);

}  // namespace scenario
