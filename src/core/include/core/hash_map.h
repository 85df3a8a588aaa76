// A hash map that cannot be iterated, for look-ups inside deterministic code.
//
// Iteration order of a hash table leaks the hash function into results, so there is none; and every
// table is salted, so code that found a way to depend on the order breaks in the first comparison
// of two runs. digest() is a sum over entries and so independent of order and salt.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

#include "core/codec.h"

namespace core {

// The salt of every table made from now on; set once by a composition root, before any table
// exists.
void set_hash_salt(std::uint64_t salt);
[[nodiscard]] std::uint64_t hash_salt();

template <class Key, class Value>
class HashMap {
 public:
  [[nodiscard]] const Value* find(const Key& key) const {
    const auto it = table_.find(key);
    return it == table_.end() ? nullptr : &it->second;
  }
  [[nodiscard]] Value* find(const Key& key) {
    const auto it = table_.find(key);
    return it == table_.end() ? nullptr : &it->second;
  }
  // Inserts or overwrites.
  void put(const Key& key, Value value) { table_.insert_or_assign(key, std::move(value)); }
  // The value under `key`, made by default when absent.
  Value& at_or_make(const Key& key) { return table_[key]; }
  bool erase(const Key& key) { return table_.erase(key) != 0; }
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] bool empty() const { return table_.empty(); }

  [[nodiscard]] std::uint64_t digest() const {
    std::uint64_t sum = table_.size();
    for (const auto& entry : table_) {
      sum += core::digest(std::pair<Key, Value>(entry.first, entry.second));
    }
    return sum;
  }

 private:
  struct Salted {
    std::uint64_t salt = hash_salt();
    std::size_t operator()(const Key& key) const { return core::digest(key, salt); }
  };
  std::unordered_map<Key, Value, Salted> table_;
};

}  // namespace core
