// Where a swarm runs: regions, the time between them, and what may be lost.
//
// Part of a Scenario (scenario.h), with the same units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/fields.h"
#include "core/time.h"

namespace scenario {

// What the loss of a region does to its members.
enum class RegionFate : std::uint8_t {
  kCut,    // nothing passes between them and everybody else; among themselves they go on
  kCrash,  // their processes end, and boot again when the fault ends
};
constexpr RegionFate last_value(RegionFate) {
  return RegionFate::kCrash;
}
// What the placement of voters says when regions cannot reach each other.
enum class SplitBrain : std::uint8_t {
  kQuorum,     // whichever region is lost, the others hold a majority and it does not
  kUndefined,  // nothing is promised
};
constexpr SplitBrain last_value(SplitBrain) {
  return SplitBrain::kUndefined;
}
std::string_view name_of(RegionFate fate);
std::string_view name_of(SplitBrain rule);

// A place and who is there: each member is in exactly one. The client and the venue are in the
// first region, which is home.
struct Region {
  std::string name;
  std::vector<std::string> members;  // names of nodes; not empty
  MUSTER_FIELDS(Region, name, members)
};

// Between two regions, there and back, without the time that nodes take.
struct RoundTrip {
  std::vector<std::string> between;  // two regions
  core::Duration time{};
  core::Duration jitter{};  // mean of what comes on top one way, exponential
  MUSTER_FIELDS(RoundTrip, between, time, jitter)
};

// With split_brain quorum, voters are in at least three regions, and no region holds half of them
// or more.
struct Regions {
  std::vector<Region> places;          // at least two
  std::vector<RoundTrip> round_trips;  // one for each pair of places
  SplitBrain split_brain = SplitBrain::kQuorum;
  MUSTER_FIELDS(Regions, places, round_trips, split_brain)
};

// The region of a node by name; the first one, which is home, for the client and the venue.
// REQUIRES regions that loaded.
const Region& region_of(const Regions& regions, std::string_view node);

}  // namespace scenario
