// The keys of declared links, inside topology.
#pragma once

#include "scenario/load.h"
#include "tables.h"

namespace scenario {

inline constexpr Key kMemberName{.shape = Shape::kName, .meaning = "a member"};
inline constexpr Key kLinkEnd{.shape = Shape::kName,
                              .meaning =
                                  "a member, or a pool: each of its agents, also those that are "
                                  "created while it runs"};
inline constexpr Key kLinkElement{.shape = Shape::kList,
                                  .meaning = "the two members that a link connects",
                                  .low = 2,
                                  .high = 2,
                                  .element = &kLinkEnd};

inline constexpr Key kFanOut{
    .name = "fan_out",
    .shape = Shape::kInteger,
    .meaning =
        "hierarchical: members below one sub-leader, at most; sub-leaders sub-leader-1, ... "
        "stand between leader and workers, as many as the most workers need that scaling and "
        "rollout allow; default: no sub-leaders",
    .low = 2,
    .high = 1'000};
inline constexpr Key kCandidates{.name = "candidates",
                                 .shape = Shape::kList,
                                 .meaning =
                                     "custom: agents that may take the leader's place; an "
                                     "even number; default: none",
                                 .low = 0,
                                 .high = 100,
                                 .element = &kMemberName};
inline constexpr Key kRelays{.name = "relays",
                             .shape = Shape::kList,
                             .meaning =
                                 "custom: members beside the agents that only pass messages "
                                 "on; default: none",
                             .low = 0,
                             .high = 255,
                             .element = &kMemberName};
inline constexpr Key kLinks{.name = "links",
                            .shape = Shape::kList,
                            .meaning =
                                "custom: pairs of leader, relays, agents and pools; workers "
                                "pass nothing on",
                            .low = 1,
                            .high = 32'640,
                            .element = &kLinkElement};

}  // namespace scenario
