#include "core/hash_map.h"

namespace core {
namespace {
constinit std::uint64_t salt_ = 0;
}  // namespace

void set_hash_salt(std::uint64_t salt) {
  salt_ = salt;
}
std::uint64_t hash_salt() {
  return salt_;
}

}  // namespace core
