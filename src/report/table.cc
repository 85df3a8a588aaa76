#include "report/table.h"

#include <algorithm>

#include "core/check.h"
#include "markup.h"

namespace report {
namespace {

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : valid_text(text)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    out += control ? std::string("\xEF\xBF\xBD") : std::string(1, c);
  }
  return out;
}

std::string line(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string text;
  for (std::size_t i = 0; i < row.size(); ++i) {
    text += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace

void Table::add(std::vector<std::string> row) {
  core::check(row.size() == head_.size(), "a row has a cell for each column");
  for (std::string& cell : row) {
    cell = printable(cell);
  }
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  if (rows_.empty()) {
    return {};
  }
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < head_.size(); ++i) {
    widths.push_back(width(head_[i]));
    for (const std::vector<std::string>& row : rows_) {
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string text = line(head_, widths);
  for (const std::vector<std::string>& row : rows_) {
    text += line(row, widths);
  }
  return text;
}

}  // namespace report
