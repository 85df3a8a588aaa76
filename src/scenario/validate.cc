#include "validate.h"

#include <algorithm>

#include "characters.h"
#include "core/check.h"
#include "values.h"

namespace scenario {
namespace {

constexpr std::size_t kSymbolBytes = 12;

core::Result<void> validate_value(const Tree& tree, const Key& key, const std::string& path,
                                  const Source& source);

bool fits(Shape shape, std::string_view text) {
  if (text.empty()) {
    return false;
  }
  switch (shape) {
    case Shape::kSlug:
      return text.size() <= kNameBytes && std::all_of(text.begin(), text.end(), [](char c) {
               return is_lower(c) || is_digit(c) || c == '-';
             });
    case Shape::kName:
      return text.size() <= kNameBytes && std::all_of(text.begin(), text.end(), [](char c) {
               return is_lower(c) || is_digit(c) || c == '-' || c == '_';
             });
    case Shape::kSymbol:
      return text.size() <= kSymbolBytes && is_upper(text.front()) &&
             std::all_of(text.begin(), text.end(),
                         [](char c) { return is_upper(c) || is_digit(c) || c == '.'; });
    default:
      return true;
  }
}

std::string_view form_of(Shape shape) {
  switch (shape) {
    case Shape::kSlug:
      return "a name of 1 to 64 letters a-z, digits and -";
    case Shape::kName:
      return "a name of 1 to 64 letters a-z, digits, - and _";
    case Shape::kSymbol:
      return "a symbol of 1 to 12 capital letters, digits and dots that starts with a letter";
    default:
      return "text";
  }
}

bool is_number(Shape shape) {
  switch (shape) {
    case Shape::kInteger:
    case Shape::kDuration:
    case Shape::kRate:
    case Shape::kSize:
    case Shape::kByteRate:
    case Shape::kPercent:
      return true;
    default:
      return false;
  }
}

Parsed<std::int64_t> parse_number(Shape shape, std::string_view text) {
  switch (shape) {
    case Shape::kDuration:
      return parse_duration_ns(text);
    case Shape::kRate:
      return parse_rate_millitasks_per_s(text);
    case Shape::kSize:
      return parse_size_bytes(text);
    case Shape::kByteRate:
      return parse_byte_rate_per_s(text);
    case Shape::kPercent:
      return parse_percent_ppm(text);
    default:
      return parse_integer(text);
  }
}

std::string number_text(Shape shape, std::int64_t value) {
  switch (shape) {
    case Shape::kDuration:
      return duration_text(value);
    case Shape::kRate:
      return rate_text(value);
    case Shape::kSize:
      return size_text(value);
    case Shape::kByteRate:
      return size_text(value) + "/s";
    case Shape::kPercent:
      return percent_text(value);
    default:
      return std::to_string(value);
  }
}

std::string_view written(const Tree& tree) {
  switch (tree.kind) {
    case TreeKind::kNull:
      return "empty";
    case TreeKind::kScalar:
      return "a single value";
    case TreeKind::kList:
      return "a list";
    case TreeKind::kMap:
      return "a map of keys";
  }
  return "";
}

core::Result<void> validate_list(const Tree& tree, const Key& key, const std::string& path,
                                 const Source& source) {
  if (tree.kind != TreeKind::kList) {
    return refuse(source, tree.place, path,
                  "is " + std::string(written(tree)) + "; write a list, like [a, b]");
  }
  const auto size = static_cast<std::int64_t>(tree.items.size());
  if (size < key.low || size > key.high) {
    return refuse(source, tree.place, path,
                  "has " + std::to_string(size) + " elements; write from " +
                      std::to_string(key.low) + " to " + std::to_string(key.high));
  }
  for (std::size_t i = 0; i < tree.items.size(); ++i) {
    TRY_VOID(
        validate_value(tree.items[i], *key.element, path + "[" + std::to_string(i) + "]", source));
  }
  return {};
}

core::Result<void> validate_number(const Tree& tree, const Key& key, const std::string& path,
                                   const Source& source) {
  const Parsed<std::int64_t> value = parse_number(key.shape, tree.text);
  if (!value) {
    return refuse(source, tree.place, path, value.error());
  }
  if (*value < key.low || *value > key.high) {
    return refuse(source, tree.place, path,
                  "is " + quote(tree.text) + ", which is out of range; write from " +
                      number_text(key.shape, key.low) + " to " + number_text(key.shape, key.high));
  }
  return {};
}

core::Result<void> validate_word(const Tree& tree, const std::vector<std::string>& words,
                                 std::string_view what, const std::string& path,
                                 const Source& source) {
  if (std::find(words.begin(), words.end(), tree.text) == words.end()) {
    return refuse(
        source, tree.place, path,
        "unknown " + std::string(what) + " " + quote(tree.text) + suggestion(tree.text, words));
  }
  return {};
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Metric& metric : metrics()) {
    names.emplace_back(metric.name);
  }
  return names;
}

core::Result<void> validate_text(const Tree& tree, const Key& key, const std::string& path,
                                 const Source& source) {
  if (!fits(key.shape, tree.text) && key.shape != Shape::kText) {
    return refuse(source, tree.place, path,
                  "is " + quote(tree.text) + "; write " + std::string(form_of(key.shape)));
  }
  const auto size = static_cast<std::int64_t>(tree.text.size());
  if (key.shape == Shape::kText && (size < key.low || size > key.high)) {
    return refuse(source, tree.place, path,
                  "is text of " + std::to_string(size) + " bytes; write from " +
                      std::to_string(key.low) + " to " + std::to_string(key.high));
  }
  return {};
}

core::Result<void> validate_value(const Tree& tree, const Key& key, const std::string& path,
                                  const Source& source) {
  if (key.shape == Shape::kRuns) {
    return {};  // each run is validated once it is laid over the file
  }
  if (key.shape == Shape::kObject) {
    return validate(tree, key.keys, path, source);
  }
  if (key.shape == Shape::kList) {
    return validate_list(tree, key, path, source);
  }
  if (tree.kind != TreeKind::kScalar) {
    return refuse(source, tree.place, path,
                  "is " + std::string(written(tree)) + "; write a single value");
  }
  if (is_number(key.shape)) {
    return validate_number(tree, key, path, source);
  }
  switch (key.shape) {
    case Shape::kWord:
      return validate_word(tree, key.words(), key.name, path, source);
    case Shape::kMetric:
      return validate_word(tree, metric_names(), "metric", path, source);
    case Shape::kFlag: {
      const Parsed<bool> flag = parse_flag(tree.text);
      return flag ? core::Result<void>() : refuse(source, tree.place, path, flag.error());
    }
    default:
      return validate_text(tree, key, path, source);
  }
}

}  // namespace

core::Result<void> validate(const Tree& tree, KeyList keys, const std::string& path,
                            const Source& source) {
  if (tree.kind != TreeKind::kMap) {
    return refuse(
        source, tree.place, path.empty() ? "file" : path,
        "is " + std::string(written(tree)) + "; write keys and values, like {key: value}");
  }
  std::vector<std::string> names;
  for (const Key& key : keys) {
    names.emplace_back(key.name);
  }
  const std::string prefix = path.empty() ? "" : path + ".";
  for (const Entry& entry : tree.entries) {
    const Key* known = std::find_if(keys.begin(), keys.end(),
                                    [&](const Key& key) { return key.name == entry.key; });
    if (known == keys.end()) {
      return refuse(source, entry.key_place, prefix + entry.key,
                    "unknown key " + quote(entry.key) + suggestion(entry.key, names));
    }
    TRY_VOID(validate_value(entry.value, *known, prefix + entry.key, source));
  }
  for (const Key& key : keys) {
    if (key.required && find(tree, key.name) == nullptr) {
      return refuse(source, tree.place, path,
                    "has no " + quote(key.name) + "; add it: " + std::string(key.meaning));
    }
  }
  return {};
}

std::int64_t number_of(Shape shape, std::string_view text) {
  const Parsed<std::int64_t> value = parse_number(shape, text);
  core::check(value.has_value(), "a number was validated before it is read");
  return *value;
}

}  // namespace scenario
