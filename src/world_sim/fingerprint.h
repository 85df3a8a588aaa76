// The hash of a run: chains per entity, combined by addition.
#pragma once

#include <cstdint>
#include <vector>

#include "core/codec.h"
#include "core/time.h"

namespace world_sim {

// One entity's history.
class Chain {
 public:
  explicit Chain(std::uint64_t entity) : hasher_(entity) {}
  template <class T>
  void add(const T& value) {
    core::HashSink sink(hasher_);
    core::write(sink, value);
  }
  [[nodiscard]] std::uint64_t value() const { return hasher_.value(); }

 private:
  core::Hasher hasher_;
};

// Sums of chain values per slice of virtual time: every link of every chain is added to the slice
// in which it was made.
class Slices {
 public:
  explicit Slices(core::Duration width) : width_(width) {
    core::check(width > core::Duration(0), "a slice of virtual time is longer than nothing");
  }
  void add(core::Time at, const Chain& chain) {
    const auto slice = static_cast<std::size_t>(at.time_since_epoch() / width_);
    if (slice >= digests_.size()) {
      digests_.resize(slice + 1, 0);
    }
    digests_[slice] += chain.value();
  }
  [[nodiscard]] const std::vector<std::uint64_t>& digests() const { return digests_; }

 private:
  core::Duration width_;
  std::vector<std::uint64_t> digests_;
};

}  // namespace world_sim
