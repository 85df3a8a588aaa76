// One binary encoding for every value type: message bodies, durable records, trace records,
// digests.
//
// Little-endian, fixed width, fields in declaration order (fields.h); containers are a 32-bit count
// and their elements; maps and sets must be in strictly ascending key order; an enumeration is
// encoded as its underlying integer and bounded by an overload `constexpr E last_value(E)` beside
// it; a variant is an 8-bit index and the alternative. decode() accepts exactly the bytes that
// encode() makes: it refuses trailing bytes, values out of range, and counts larger than the bytes
// that are left.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/check.h"
#include "core/fields.h"
#include "core/hash.h"
#include "core/id.h"
#include "core/result.h"
#include "core/time.h"

namespace core {

template <class T>
inline constexpr bool is_sequence = false;
template <class T>
inline constexpr bool is_sequence<std::vector<T>> = true;
template <class T>
inline constexpr bool is_sequence<std::deque<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class K, class V>
inline constexpr bool is_map<std::map<K, V>> = true;
template <class T>
inline constexpr bool is_set = false;
template <class K>
inline constexpr bool is_set<std::set<K>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;
template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;
template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = true;
template <class T>
inline constexpr bool is_time_point = false;
template <class C, class D>
inline constexpr bool is_time_point<std::chrono::time_point<C, D>> = true;

// Appends little-endian integers to a byte string, which is complete when the sink is gone: what is
// written gathers in a buffer, so that a small value costs one allocation of the right size.
class ByteSink {
 public:
  explicit ByteSink(Bytes& out) : out_(out) {}
  ~ByteSink() { flush(); }
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  // REQUIRES: width <= 8.
  void integer(std::uint64_t value, unsigned width) {
    if (used_ + 8 > kBufferBytes) {
      flush();
    }
    store_word(buffer_ + used_, value);
    used_ += width;
  }
  void raw(BytesView data) {
    if (data.size() > kBufferBytes - used_) {
      flush();
      out_.insert(out_.end(), data.begin(), data.end());
    } else if (!data.empty()) {
      std::memcpy(buffer_ + used_, data.data(), data.size());
      used_ += data.size();
    }
  }

 private:
  static constexpr std::size_t kBufferBytes = 256;
  void flush() {
    out_.insert(out_.end(), buffer_, buffer_ + used_);
    used_ = 0;
  }
  Bytes& out_;
  std::size_t used_ = 0;
  Byte buffer_[kBufferBytes];
};

// Folds the same stream of values into a hash, without the bytes.
class HashSink {
 public:
  explicit HashSink(Hasher& hasher) : hasher_(hasher) {}
  void integer(std::uint64_t value, unsigned) { hasher_.word(value); }
  void raw(BytesView data) { hasher_.bytes(data); }

 private:
  Hasher& hasher_;
};

template <class Sink, class T>
void write(Sink& sink, const T& value) {
  if constexpr (std::same_as<T, bool>) {
    sink.integer(value ? 1 : 0, 1);
  } else if constexpr (std::is_enum_v<T>) {
    using U = std::underlying_type_t<T>;
    sink.integer(static_cast<std::make_unsigned_t<U>>(value), sizeof(U));
  } else if constexpr (std::integral<T>) {
    sink.integer(static_cast<std::make_unsigned_t<T>>(value), sizeof(T));
  } else if constexpr (std::same_as<T, double>) {
    check(!std::isnan(value), "a NaN must never enter state");
    sink.integer(std::bit_cast<std::uint64_t>(value), 8);
  } else if constexpr (is_id<T>) {
    write(sink, value.value);
  } else if constexpr (is_duration<T>) {
    write(sink, static_cast<std::int64_t>(value.count()));
  } else if constexpr (is_time_point<T>) {
    write(sink, static_cast<std::int64_t>(value.time_since_epoch().count()));
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, Bytes>) {
    sink.integer(value.size(), 4);
    sink.raw(BytesView(reinterpret_cast<const Byte*>(value.data()), value.size()));
  } else if constexpr (is_sequence<T> || is_set<T>) {
    sink.integer(value.size(), 4);
    for (const auto& element : value) {
      write(sink, element);
    }
  } else if constexpr (is_map<T>) {
    sink.integer(value.size(), 4);
    for (const auto& [key, mapped] : value) {
      write(sink, key);
      write(sink, mapped);
    }
  } else if constexpr (is_array<T>) {
    for (const auto& element : value) {
      write(sink, element);
    }
  } else if constexpr (is_pair<T>) {
    write(sink, value.first);
    write(sink, value.second);
  } else if constexpr (is_optional<T>) {
    write(sink, value.has_value());
    if (value) {
      write(sink, *value);
    }
  } else if constexpr (is_variant<T>) {
    sink.integer(value.index(), 1);
    std::visit([&](const auto& alternative) { write(sink, alternative); }, value);
  } else {
    static_assert(HasFields<T>, "declare the type's members with MUSTER_FIELDS");
    value.fields([&](const auto&... field) { (write(sink, field), ...); });
  }
}

// Consumes a byte string; the first failure sticks and every later read gives zeros.
class Reader {
 public:
  explicit Reader(BytesView data) : data_(data) {}
  std::uint64_t integer(unsigned width) {
    if (!ok_ || data_.size() < width) {
      ok_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    if (data_.size() >= 8) {
      value = load_word(data_);
      if (width < 8) {
        value &= (1ULL << (8 * width)) - 1;
      }
    } else {
      for (unsigned i = width; i-- > 0;) {
        value = (value << 8U) | data_[i];
      }
    }
    data_ = data_.subspan(width);
    return value;
  }
  BytesView raw(std::size_t size) {
    if (!ok_ || data_.size() < size) {
      ok_ = false;
      return {};
    }
    const BytesView taken = data_.first(size);
    data_ = data_.subspan(size);
    return taken;
  }
  void refuse() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return data_.size(); }

 private:
  BytesView data_;
  bool ok_ = true;
};

template <class T>
void read(Reader& reader, T& value);

template <class V, std::size_t I = 0>
void read_alternative(Reader& reader, V& value, std::size_t index) {
  if constexpr (I == std::variant_size_v<V>) {
    reader.refuse();
  } else if (index == I) {
    read(reader, value.template emplace<I>());
  } else {
    read_alternative<V, I + 1>(reader, value, index);
  }
}

template <class T>
void read_associative(Reader& reader, T& value) {
  value.clear();
  const std::uint64_t count = reader.integer(4);
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    typename T::key_type key{};
    read(reader, key);
    if (!value.empty()) {
      const auto& last = *value.rbegin();
      if constexpr (is_map<T>) {
        if (!(last.first < key)) {
          reader.refuse();
        }
      } else if (!(last < key)) {
        reader.refuse();
      }
    }
    if constexpr (is_map<T>) {
      read(reader, value[std::move(key)]);
    } else {
      value.insert(value.end(), std::move(key));
    }
  }
}

template <class T>
void read(Reader& reader, T& value) {
  if constexpr (std::same_as<T, bool>) {
    const std::uint64_t raw = reader.integer(1);
    if (raw > 1) {
      reader.refuse();
    }
    value = raw == 1;
  } else if constexpr (std::is_enum_v<T>) {
    using U = std::make_unsigned_t<std::underlying_type_t<T>>;
    const std::uint64_t raw = reader.integer(sizeof(U));
    if (raw > static_cast<std::uint64_t>(static_cast<U>(last_value(T{})))) {
      reader.refuse();
      return;
    }
    value = static_cast<T>(raw);
  } else if constexpr (std::integral<T>) {
    value = static_cast<T>(reader.integer(sizeof(T)));
  } else if constexpr (std::same_as<T, double>) {
    value = std::bit_cast<double>(reader.integer(8));
    if (std::isnan(value)) {
      reader.refuse();
      value = 0;
    }
  } else if constexpr (is_id<T>) {
    read(reader, value.value);
  } else if constexpr (is_duration<T>) {
    std::int64_t count = 0;
    read(reader, count);
    value = T(count);
  } else if constexpr (is_time_point<T>) {
    std::int64_t count = 0;
    read(reader, count);
    value = T(typename T::duration(count));
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, Bytes>) {
    const BytesView data = reader.raw(reader.integer(4));
    value.assign(data.begin(), data.end());
  } else if constexpr (is_sequence<T>) {
    value.clear();
    const std::uint64_t count = reader.integer(4);
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
      read(reader, value.emplace_back());
    }
  } else if constexpr (is_map<T> || is_set<T>) {
    read_associative(reader, value);
  } else if constexpr (is_array<T>) {
    for (auto& element : value) {
      read(reader, element);
    }
  } else if constexpr (is_pair<T>) {
    read(reader, value.first);
    read(reader, value.second);
  } else if constexpr (is_optional<T>) {
    bool present = false;
    read(reader, present);
    value.reset();
    if (present) {
      read(reader, value.emplace());
    }
  } else if constexpr (is_variant<T>) {
    read_alternative(reader, value, reader.integer(1));
  } else {
    static_assert(HasFields<T>, "declare the type's members with MUSTER_FIELDS");
    value.fields([&](auto&... field) { (read(reader, field), ...); });
  }
}

template <class T>
[[nodiscard]] Bytes encode(const T& value) {
  Bytes out;
  {
    ByteSink sink(out);
    write(sink, value);
  }
  return out;
}

template <class T>
[[nodiscard]] Result<T> decode(BytesView data) {
  T value{};
  Reader reader(data);
  read(reader, value);
  if (!reader.ok() || reader.left() != 0) {
    return fail(Code::kCorrupt, "the bytes do not decode: truncated, trailing or out of range");
  }
  return value;
}

// Equal values have equal digests on every machine and in every build.
template <class T>
[[nodiscard]] std::uint64_t digest(const T& value, std::uint64_t seed = 0) {
  Hasher hasher(seed);
  HashSink sink(hasher);
  write(sink, value);
  return hasher.value();
}

}  // namespace core
