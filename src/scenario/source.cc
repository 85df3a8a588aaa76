#include "source.h"

#include <algorithm>
#include <limits>

namespace scenario {
namespace {

constexpr std::size_t kQuotedBytes = 60;
constexpr std::size_t kListedNames = 24;
constexpr std::size_t kComparedBytes = 64;  // bounds the work for absurdly long names

std::string printable(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    out += (byte < 0x20 || byte == 0x7F) ? '?' : letter;
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, kComparedBytes);
  b = b.substr(0, kComparedBytes);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::unexpected<core::Error> refuse(const Source& source, Place place, std::string_view path,
                                    std::string_view message) {
  std::string line = printable(source.file) + ":" + std::to_string(place.line) + ":" +
                     std::to_string(place.column) + ": ";
  if (!path.empty()) {
    line += printable(path);
    if (!source.run.empty()) {
      line += " (run " + printable(source.run) + ")";
    }
    line += ": ";
  }
  return core::fail(core::Code::kInvalid, line + printable(message));
}

std::string quote(std::string_view text) {
  if (text.size() <= kQuotedBytes) {
    return "\"" + printable(text) + "\"";
  }
  std::size_t end = kQuotedBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;  // not inside a UTF-8 sequence
  }
  return "\"" + printable(text.substr(0, end)) + "...\"";
}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  if (candidates.empty()) {
    return "";
  }
  std::string text = "; did you mean \"" + nearest(name, candidates) + "\"?";
  if (candidates.size() <= kListedNames) {
    text += " valid: " + join(candidates);
  }
  return text;
}

std::string join(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

}  // namespace scenario
