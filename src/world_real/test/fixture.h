// What the tests of the real driver share: nodes on loopback, each on a thread of its own, and a
// way to wait for what they report. Nothing here waits for time to pass; the limit only ends a
// broken test.
#pragma once

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "world/machine.h"
#include "world_real/node_runner.h"

namespace world_real {

inline constexpr std::chrono::seconds kPatience{30};

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "muster-test-XXXXXX").string();
    core::check(::mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A list that one thread fills and another waits for.
template <class T>
class Seen {
 public:
  void add(T value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<T> all() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }
  // Waits until at least `count` values satisfy the predicate; false when patience ran out.
  template <class Predicate>
  [[nodiscard]] bool wait_for(Predicate predicate, long count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      return std::count_if(values_.begin(), values_.end(), predicate) >= count;
    });
  }
  [[nodiscard]] bool wait_for_size(std::size_t size) {
    return wait_for([](const T&) { return true; }, static_cast<long>(size));
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> values_;
};

// A machine that does what the test says.
class ScriptedMachine final : public world::Machine {
 public:
  using Script = std::function<void(const world::Event&, world::Context&, world::Effects&)>;
  explicit ScriptedMachine(Script script) : script_(std::move(script)) {}
  void step(const world::Event& event, world::Context& context, world::Effects& effects) override {
    script_(event, context, effects);
  }
  [[nodiscard]] std::uint64_t digest() const override { return 0; }

 private:
  Script script_;
};

inline world::Program program_of(ScriptedMachine::Script script) {
  return [script = std::move(script)] { return std::make_unique<ScriptedMachine>(script); };
}

// Durable at once, gone with the process.
class MemoryStore final : public Store {
 public:
  core::Result<void> append(core::BytesView) override { return {}; }
  core::Result<void> replace_all(core::BytesView) override { return {}; }
};

inline OpenedStore memory_store(std::uint32_t incarnation = 1) {
  return {std::make_unique<MemoryStore>(), {}, world::Incarnation(incarnation)};
}

// A message with one line of text.
struct Line {
  static constexpr world::MessageType kType = 0x0401;
  std::string text;
  MUSTER_FIELDS(Line, text)
};

inline GroupKey key_of(char digit) {
  return GroupKey::from_hex(std::string(64, digit)).value();
}

// A node that runs from start() to stop() or the end of the test.
class TestNode : public world::TraceSink {
 public:
  TestNode(std::uint32_t id, ScriptedMachine::Script script, OpenedStore store = memory_store(),
           Options options = {}, char key = 'a') {
    options.self = world::NodeId(id);
    options.sink = this;
    options.on_link = [this](const LinkEvent& event) { links.add(event); };
    auto made = NodeRunner::create(std::move(options), key_of(key), std::move(store),
                                   program_of(std::move(script)));
    core::check(made.has_value(), made ? "" : made.error().message);
    runner = std::move(*made);
  }
  ~TestNode() override { static_cast<void>(stop()); }

  void start() {
    thread_ = std::jthread([this] { result_ = runner->run(); });
  }
  core::Result<void> stop() {
    runner->stop();
    return join();
  }
  // Waits for the node to end by itself.
  core::Result<void> join() {
    if (thread_.joinable()) {
      thread_.join();
    }
    return result_;
  }
  [[nodiscard]] Address address() const { return {"127.0.0.1", runner->port()}; }

  void receive(const world::TraceEntry& entry) override { trace.add(entry); }

  // Waits for a message that was dropped here for that reason.
  [[nodiscard]] bool wait_for_drop(world::DropReason reason) {
    return trace.wait_for([reason](const world::TraceEntry& entry) {
      const auto drop = world::as<world::MessageDropped>(entry);
      return drop && drop->reason == reason;
    });
  }
  [[nodiscard]] bool wait_for_link(LinkEvent::Kind kind, const std::string& part_of_reason = "") {
    return links.wait_for([&](const LinkEvent& event) {
      return event.kind == kind && event.reason.find(part_of_reason) != std::string::npos;
    });
  }

  Seen<LinkEvent> links;
  Seen<world::TraceEntry> trace;
  std::unique_ptr<NodeRunner> runner;

 private:
  core::Result<void> result_;
  std::jthread thread_;
};

}  // namespace world_real
