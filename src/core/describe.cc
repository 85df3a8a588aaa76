#include "core/describe.h"

#include <cstdio>
#include <map>

namespace core {

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::vector<std::string> difference(const Leaves& before, const Leaves& after) {
  std::map<std::string, std::pair<std::string, std::string>> sides;
  for (const auto& [path, text] : before) {
    sides[path].first = text;
  }
  for (const auto& [path, text] : after) {
    sides[path].second = text;
  }
  std::vector<std::string> lines;
  for (const auto& [path, pair] : sides) {
    if (pair.first != pair.second) {
      lines.push_back(path + ": " + (pair.first.empty() ? "absent" : pair.first) + " -> " +
                      (pair.second.empty() ? "absent" : pair.second));
    }
  }
  return lines;
}

}  // namespace core
