// A size on its way through the rules of a decision.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scaling/scaler.h"

namespace scaling {

struct Scaler::Proposal {
  std::uint32_t size = 0;
  Rule rule = Rule::kSteady;
  bool missing = false;  // a rule could not be asked
  std::string reason;

  void note(std::string_view sentence) {
    reason += (reason.empty() ? "" : "; ") + std::string(sentence);
  }
  // A rule that could not be asked, and why.
  void miss(std::string_view sentence) {
    missing = true;
    note(sentence);
  }
  void limit(std::uint32_t to, Rule by, std::string_view sentence) {
    size = to;
    rule = by;
    note(sentence);
  }
};

}  // namespace scaling
