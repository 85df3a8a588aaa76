// What this module writes JSON with; JSON has neither infinity nor NaN.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace report {

using Json = nlohmann::ordered_json;

// Not finite: null.
inline Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

}  // namespace report
