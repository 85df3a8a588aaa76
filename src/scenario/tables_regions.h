// The keys of regions.
#pragma once

#include "bounds.h"
#include "tables.h"

namespace scenario {

inline constexpr Key kRegionMember{.shape = Shape::kName, .meaning = "a member's name, or rest"};
inline constexpr Key kRegionName{.shape = Shape::kName, .meaning = "a region"};

inline constexpr Key kPlace[] = {
    {.name = "name", .shape = Shape::kName, .meaning = "of the region", .required = true},
    {.name = "members",
     .shape = Shape::kList,
     .meaning = "who is there; [rest]: all that are in no other region",
     .low = 1,
     .high = kMaxAgents,
     .element = &kRegionMember,
     .required = true},
};
inline constexpr Key kPlaceElement{.shape = Shape::kObject, .meaning = "a region", .keys = kPlace};

inline constexpr Key kRoundTrip[] = {
    {.name = "between",
     .shape = Shape::kList,
     .meaning = "two regions",
     .low = 2,
     .high = 2,
     .element = &kRegionName,
     .required = true},
    {.name = "time",
     .shape = Shape::kDuration,
     .meaning = "there and back",
     .low = kUs,
     .high = kHour,
     .required = true},
    {.name = "jitter",
     .shape = Shape::kDuration,
     .otherwise = "0s",
     .meaning = "mean of what comes on top one way, exponential",
     .low = 0,
     .high = kHour},
};
inline constexpr Key kRoundTripElement{
    .shape = Shape::kObject, .meaning = "the distance of two regions", .keys = kRoundTrip};

inline constexpr Key kRegions[] = {
    {.name = "places",
     .shape = Shape::kList,
     .meaning = "the regions; client and venue are in the first, which is home",
     .low = 2,
     .high = 32,
     .element = &kPlaceElement,
     .required = true},
    {.name = "round_trips",
     .shape = Shape::kList,
     .meaning = "one for each pair of regions",
     .low = 1,
     .high = 496,
     .element = &kRoundTripElement,
     .required = true},
    {.name = "split_brain",
     .shape = Shape::kWord,
     .otherwise = "quorum",
     .meaning = "quorum: any one region can be lost, so voters are in three regions or more; "
                "undefined: nothing is promised when regions are cut off from each other",
     .words = words_of<SplitBrain>},
};

}  // namespace scenario
