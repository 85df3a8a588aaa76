#include "tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <streambuf>
#include <utility>

#include "scenario/load.h"
#include "source.h"

namespace scenario {
namespace {

// Scalars may repeat through aliases: their bytes are bounded too.
constexpr std::size_t kMaxTextBytes = 4 * kMaxFileBytes;

// Ends a parse from inside the parser's callbacks; never leaves parse_tree().
struct Refused {
  Place place;
  std::string path;
  std::string message;
};

Place place_at(const YAML::Mark& mark) {
  if (mark.is_null()) {
    return {};
  }
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

struct Extent {
  std::size_t nodes = 1;
  std::size_t text_bytes = 0;
  std::size_t depth = 1;
};

Extent measure(const Tree& tree) {
  Extent extent;
  extent.text_bytes = tree.text.size();
  const auto add = [&](const Tree& child) {
    const Extent inner = measure(child);
    extent.nodes += inner.nodes;
    extent.text_bytes += inner.text_bytes;
    extent.depth = std::max(extent.depth, inner.depth + 1);
  };
  for (const Tree& item : tree.items) {
    add(item);
  }
  for (const Entry& entry : tree.entries) {
    add(entry.value);
    extent.text_bytes += entry.key.size();
  }
  return extent;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    scalar({.kind = TreeKind::kNull, .place = place_at(mark), .entries = {}}, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool null = tag == "?" && (value == "~" || value == "null");
    scalar({.kind = null ? TreeKind::kNull : TreeKind::kScalar,
            .place = place_at(mark),
            .text = null ? std::string() : value,
            .entries = {}},
           anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(TreeKind::kList, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(TreeKind::kMap, mark, anchor);
  }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (++aliases_ > kMaxAliases) {
      throw Refused{place_at(mark), path(),
                    "more than " + std::to_string(kMaxAliases) + " aliases; write the values out"};
    }
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      throw Refused{place_at(mark), path(), "an alias inside its own anchor; write the value out"};
    }
    const Extent extent = measure(found->second);
    count(place_at(mark), extent);
    place(found->second);
  }

  Tree take() { return std::move(root_); }

 private:
  struct Frame {
    Tree tree;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key = {};
    Place key_place = {};
  };

  void count(Place where, const Extent& extent) {
    nodes_ += extent.nodes;
    text_bytes_ += extent.text_bytes;
    if (frames_.size() + extent.depth > kMaxDepth) {
      throw Refused{
          where, "",
          "nested deeper than " + std::to_string(kMaxDepth) + " levels; a scenario needs fewer"};
    }
    if (nodes_ > kMaxNodes || text_bytes_ > kMaxTextBytes) {
      throw Refused{where, path(),
                    "more than " + std::to_string(kMaxNodes) +
                        " values with aliases expanded; make the scenario smaller"};
    }
  }

  void scalar(Tree tree, YAML::anchor_t anchor) {
    count(tree.place, {.nodes = 1, .text_bytes = tree.text.size(), .depth = 1});
    if (anchor != 0) {
      anchored_[anchor] = tree;
    }
    place(std::move(tree));
  }

  void open(TreeKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(place_at(mark), {});
    refuse_as_key(place_at(mark));
    frames_.push_back(
        {.tree = {.kind = kind, .place = place_at(mark), .entries = {}}, .anchor = anchor});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.anchor != 0) {
      anchored_[frame.anchor] = frame.tree;
    }
    place(std::move(frame.tree));
  }

  void refuse_as_key(Place where) const {
    if (!frames_.empty() && frames_.back().tree.kind == TreeKind::kMap && !frames_.back().has_key) {
      throw Refused{where, path(), "a key that is a list or a map; a key is a word"};
    }
  }

  void place(Tree tree) {
    if (frames_.empty()) {
      root_ = std::move(tree);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.tree.kind == TreeKind::kList) {
      frame.tree.items.push_back(std::move(tree));
    } else if (frame.has_key) {
      frame.has_key = false;
      if (tree.kind == TreeKind::kNull) {
        tree.place = frame.key_place;  // the parser has none for what is not there
      }
      frame.tree.entries.push_back({std::move(frame.key), frame.key_place, std::move(tree)});
    } else {
      take_key(frame, std::move(tree));
    }
  }

  void take_key(Frame& frame, Tree tree) {
    if (tree.kind != TreeKind::kScalar) {
      throw Refused{tree.place, path(), "a key that is not a word; write `key: value`"};
    }
    if (frame.tree.entries.size() == kMaxKeys) {
      throw Refused{tree.place, path(),
                    "more than " + std::to_string(kMaxKeys) + " keys in one map; use fewer"};
    }
    if (const Entry* before = entry_of(frame.tree, tree.text); before != nullptr) {
      throw Refused{tree.place, path(),
                    "duplicate key " + quote(tree.text) + ", first on line " +
                        std::to_string(before->key_place.line) + "; keep one of them"};
    }
    frame.has_key = true;
    frame.key = std::move(tree.text);
    frame.key_place = tree.place;
  }

  static const Entry* entry_of(const Tree& tree, const std::string& key) {
    const auto found = std::find_if(tree.entries.begin(), tree.entries.end(),
                                    [&](const Entry& entry) { return entry.key == key; });
    return found == tree.entries.end() ? nullptr : &*found;
  }

  // The keys on the way down to here.
  [[nodiscard]] std::string path() const {
    std::string text;
    for (const Frame& frame : frames_) {
      if (frame.tree.kind == TreeKind::kList) {
        text += "[" + std::to_string(frame.tree.items.size()) + "]";
      } else if (frame.has_key) {
        text += (text.empty() ? "" : ".") + frame.key;
      }
    }
    return text;
  }

  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Tree> anchored_;
  std::size_t aliases_ = 0;
  std::size_t nodes_ = 0;
  std::size_t text_bytes_ = 0;
  Tree root_;
};

// Lets the parser read the caller's bytes in place.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

Tree parse_events(std::string_view text) {
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  YAML::Parser parser(stream);
  TreeBuilder builder;
  if (!parser.HandleNextDocument(builder)) {
    return {.kind = TreeKind::kMap, .entries = {}};
  }
  TreeBuilder second;
  if (parser.HandleNextDocument(second)) {
    throw Refused{second.take().place, "", "a second document; a scenario file holds one"};
  }
  Tree root = builder.take();
  if (root.kind == TreeKind::kNull) {
    root.kind = TreeKind::kMap;
  }
  return root;
}

}  // namespace

const Tree* find(const Tree& tree, std::string_view key) {
  for (const Entry& entry : tree.entries) {
    if (entry.key == key) {
      return &entry.value;
    }
  }
  return nullptr;
}

Tree* find(Tree& tree, std::string_view key) {
  return const_cast<Tree*>(find(std::as_const(tree), key));
}

std::size_t node_count(const Tree& tree) {
  return measure(tree).nodes;
}

Place place_of(const Tree& root, std::string_view path) {
  const Tree* tree = &root;
  while (!path.empty()) {
    const Tree* next = nullptr;
    if (path.front() == '[') {
      const std::size_t end = path.find(']');
      std::size_t index = 0;
      for (const char digit : path.substr(1, end - 1)) {
        index = index * 10 + static_cast<std::size_t>(digit - '0');
      }
      next = index < tree->items.size() ? &tree->items[index] : nullptr;
      path.remove_prefix(end + 1);
    } else {
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      next = find(*tree, path.substr(0, end));
      path.remove_prefix(end);
    }
    if (next == nullptr) {
      break;
    }
    tree = next;
    if (!path.empty() && path.front() == '.') {
      path.remove_prefix(1);
    }
  }
  return tree->place;
}

core::Result<Tree> parse_tree(std::string_view text, const std::string& file) {
  const Source source{.file = file, .run = ""};
  if (text.size() > kMaxFileBytes) {
    return refuse(source, {}, "",
                  "the file has " + std::to_string(text.size()) + " bytes and at most " +
                      std::to_string(kMaxFileBytes) + " are read; a scenario is a short text");
  }
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    const auto line =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(zero), '\n');
    return refuse(source, {static_cast<std::uint32_t>(line + 1), 1}, "",
                  "a zero byte; the file is not YAML text");
  }
  try {
    return parse_events(text);
  } catch (const Refused& refused) {
    return refuse(source, refused.place, refused.path, refused.message);
  } catch (const YAML::Exception& error) {
    return refuse(
        source, place_at(error.mark), "",
        "not valid YAML: " + error.msg + "; check quotes and indentation (spaces, no tabs) here");
  } catch (const std::exception& error) {
    return refuse(
        source, {}, "",
        std::string("the YAML parser gave up: ") + error.what() + "; make the file simpler");
  }
}

}  // namespace scenario
