#include "source.h"

#include "scenario/nearest.h"

namespace scenario {
namespace {

constexpr std::size_t kQuotedBytes = 60;
constexpr std::size_t kListedNames = 24;

std::string printable(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    out += (byte < 0x20 || byte == 0x7F) ? '?' : letter;
  }
  return out;
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
