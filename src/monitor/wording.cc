#include "wording.h"

namespace monitor {
namespace {

std::string tenths(std::uint64_t value, std::uint64_t unit) {
  const std::uint64_t tenth = unit / 10;
  return std::to_string(value / unit) + "." + std::to_string(value % unit / tenth);
}

std::string number_text(Kind kind, std::uint64_t value) {
  switch (kind) {
    case Kind::kFailureRate:
    case Kind::kUtilisation:
      return tenths(value, 10) + " %";
    case Kind::kLatency:
      return tenths(value, 1000) + " x the baseline";
    case Kind::kLeaderLost:
    case Kind::kSilent:
      return tenths(value, 1000) + " s";
    case Kind::kUndecided:
    case Kind::kEnded:
      return std::to_string(value);
  }
  return "";
}

}  // namespace

std::string seconds_text(core::Duration duration) {
  return tenths(static_cast<std::uint64_t>(duration / core::milliseconds(1)), 1000) + " s";
}

std::string words_of(const Reading& reading) {
  if (reading.kind == Kind::kEnded) {
    return "it has ended or failed";
  }
  return std::string(name_of(reading.kind)) + " " +
         number_text(reading.kind, reading.value.value_or(0)) + " is above " +
         number_text(reading.kind, reading.threshold);
}

}  // namespace monitor
