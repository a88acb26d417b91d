// The checksums of files and the hashes of models, each by a library whose values are fixed by a standard or
// a specification: datasets, checkpoints and recorded hashes of other machines and years have to compare.
#include "fedfr/core/checksum.hpp"

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <xxhash.h>

#include <algorithm>

namespace fedfr {

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) noexcept {
  constexpr std::size_t at_once = std::size_t{1} << 30;  // the library counts in int
  crc = ~crc;                                            // which it leaves to its caller
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), at_once));
    auto* begin = const_cast<std::byte*>(part.data());  // only read
    crc = crc32_iscsi(reinterpret_cast<unsigned char*>(begin), static_cast<int>(part.size()), crc);
    bytes = bytes.subspan(part.size());
  }
  return ~crc;
}

std::uint64_t hash64(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

struct Hash64::State {
  XXH3_state_t* state = XXH3_createState();
  ~State() { XXH3_freeState(state); }
};

Hash64::Hash64() : state_(std::make_unique<State>()) { XXH3_64bits_reset(state_->state); }
Hash64::~Hash64() = default;

void Hash64::add(std::span<const std::byte> bytes) noexcept {
  XXH3_64bits_update(state_->state, bytes.data(), bytes.size());
}

std::uint64_t Hash64::value() const noexcept { return XXH3_64bits_digest(state_->state); }

std::string hex16(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace fedfr
