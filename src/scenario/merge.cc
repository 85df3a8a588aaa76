#include "merge.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace scenario {
namespace {

constexpr std::size_t kMaxPathParts = 8;

// Null where the text is no index into the list.
Tree* element(Tree& list, std::string_view text) {
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (problem != std::errc() || end != text.data() + text.size() || index >= list.items.size()) {
    return nullptr;
  }
  return &list.items[index];
}

}  // namespace

Tree merge(const Tree& base, const Tree& change) {
  if (base.kind != TreeKind::kMap || change.kind != TreeKind::kMap) {
    return change;
  }
  Tree merged = base;
  for (const Entry& entry : change.entries) {
    Tree* old = find(merged, entry.key);
    if (old == nullptr) {
      merged.entries.push_back(entry);  // a null too: validation says that it takes nothing away
    } else if (entry.value.kind == TreeKind::kNull) {
      std::erase_if(merged.entries, [&](const Entry& other) { return other.key == entry.key; });
    } else {
      *old = merge(*old, entry.value);
    }
  }
  return merged;
}

core::Result<Tree> with_value(const Tree& base, const Tree& path, const Tree& value,
                              const Source& source) {
  Tree result = base;
  Tree* here = &result;
  std::string_view rest = path.text;
  for (std::size_t part = 0; !rest.empty(); ++part) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    const std::string_view key = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part == kMaxPathParts || key.empty() || here->kind == TreeKind::kScalar) {
      return refuse(source, path.place, "sweep.key",
                    quote(path.text) + " leads to no key; write one like workload.rate");
    }
    if (here->kind == TreeKind::kList) {
      here = element(*here, key);
      if (here == nullptr) {
        return refuse(source, path.place, "sweep.key",
                      quote(key) + " is no element of the list; count from 0");
      }
    } else {
      here->kind = TreeKind::kMap;
      Tree* next = find(*here, key);
      if (next == nullptr) {
        here->entries.push_back({std::string(key),
                                 path.place,
                                 {.kind = TreeKind::kNull, .place = path.place, .entries = {}}});
        next = &here->entries.back().value;
      }
      here = next;
    }
  }
  *here = value;
  return result;
}

}  // namespace scenario
