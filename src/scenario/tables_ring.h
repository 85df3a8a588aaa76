// The keys of a ring, inside topology.
#pragma once

#include "bounds.h"
#include "scenario/load.h"
#include "tables.h"

namespace scenario {

inline constexpr Key kDuty{
    .shape = Shape::kWord, .meaning = "a part of the work on a task", .words = words_of<Duty>};

inline constexpr Key kStageWork[] = {
    {.name = "cpu",
     .shape = Shape::kDuration,
     .otherwise = "1ms",
     .meaning = "time of a core",
     .low = 0,
     .high = kHour},
    {.name = "wait",
     .shape = Shape::kDuration,
     .otherwise = "2ms",
     .meaning = "time that occupies no core",
     .low = 0,
     .high = kHour},
};

inline constexpr Key kStage[] = {
    {.name = "pool", .shape = Shape::kName, .meaning = "whose agents do it", .required = true},
    {.name = "does",
     .shape = Shape::kList,
     .meaning = "its part of the work; the pool's capabilities must name every word of it",
     .low = 1,
     .high = 4,
     .element = &kDuty,
     .required = true},
    {.name = "work",
     .shape = Shape::kObject,
     .meaning = "declared work on one task",
     .keys = kStageWork},
};
inline constexpr Key kStageElement{
    .shape = Shape::kObject, .meaning = "a stage of a ring", .keys = kStage};
inline constexpr Key kSpare{.shape = Shape::kName, .meaning = "a pool"};

inline constexpr Key kBreaker[] = {
    {.name = "window",
     .shape = Shape::kDuration,
     .otherwise = "2s",
     .meaning = "in which calls count",
     .low = kMs,
     .high = kHour},
    {.name = "min_calls",
     .shape = Shape::kInteger,
     .otherwise = "5",
     .meaning = "in the window; with fewer it stays closed",
     .low = 1,
     .high = 10'000},
    {.name = "failures",
     .shape = Shape::kPercent,
     .otherwise = "50%",
     .meaning = "of the calls in the window, from which it opens; a slow call is a failed one",
     .low = kMillion / 100,
     .high = kMillion},
    {.name = "deadline",
     .shape = Shape::kDuration,
     .otherwise = "250ms",
     .meaning = "of a call, also of a probe",
     .low = kMs,
     .high = kHour},
    {.name = "open_for",
     .shape = Shape::kDuration,
     .otherwise = "1s",
     .meaning = "before it is half-open",
     .low = kMs,
     .high = kHour},
    {.name = "probes",
     .shape = Shape::kInteger,
     .otherwise = "2",
     .meaning = "while it is half-open; it closes when all are answered",
     .low = 1,
     .high = 100},
};

// In topology; only of a ring.
inline constexpr Key kRingStages{.name = "stages",
                                 .shape = Shape::kList,
                                 .meaning = "ring: in order, at least three",
                                 .low = 1,
                                 .high = 100,
                                 .element = &kStageElement};
inline constexpr Key kRingSpares{.name = "spares",
                                 .shape = Shape::kList,
                                 .meaning =
                                     "ring: pools whose agents stand in for a lost stage that "
                                     "needs what they declare; default: none",
                                 .low = 0,
                                 .high = 100,
                                 .element = &kSpare};
inline constexpr Key kRingCredits{.name = "credits",
                                  .shape = Shape::kInteger,
                                  .otherwise = "8",
                                  .meaning = "ring: tasks that may be with the next stage",
                                  .low = 1,
                                  .high = 10'000};
inline constexpr Key kRingOrdered{.name = "ordered",
                                  .shape = Shape::kFlag,
                                  .meaning =
                                      "ring: tasks end in the order in which they went in; "
                                      "default: where each stage has one agent"};
inline constexpr Key kRingStitchAfter{.name = "stitch_after",
                                      .shape = Shape::kDuration,
                                      .otherwise = "1s",
                                      .meaning = "ring: that a stage has nobody",
                                      .low = kMs,
                                      .high = kHour};
inline constexpr Key kRingBreaker{.name = "breaker",
                                  .shape = Shape::kObject,
                                  .meaning = "ring: the circuit breaker of each link",
                                  .keys = kBreaker};

}  // namespace scenario
