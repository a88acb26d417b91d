#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace fedfr {

/// CRC32C (Castagnoli, RFC 3720 appendix B.4).
/// @param crc  the checksum of the bytes before, 0 at the start
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0) noexcept;

/// XXH3-64 of the bytes, for model hashes and the hash of a configuration.
std::uint64_t hash64(std::span<const std::byte> bytes) noexcept;

/// The same of bytes that come piece by piece.
class Hash64 {
 public:
  Hash64();
  ~Hash64();
  void add(std::span<const std::byte> bytes) noexcept;
  std::uint64_t value() const noexcept;  ///< of all bytes so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 16 lower-case hexadecimal digits.
std::string hex16(std::uint64_t value);

}  // namespace fedfr
