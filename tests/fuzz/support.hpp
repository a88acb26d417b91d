#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What fuzz targets share. A target catches what the program would report to its user (fedfr::Error): all
/// else ends it, and libFuzzer keeps the bytes.
namespace fedfr::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program unless a property holds that must hold whatever the bytes.
void require(bool holds, const char* property);

/// Requires, when it goes, that while it lived no more than `factor` bytes of memory were held at once for
/// each of `bytes` bytes that were read, and `always` for what any reading takes.
class BoundedMemory {
 public:
  BoundedMemory(std::size_t bytes, std::size_t factor, std::size_t always = std::size_t{1} << 16);
  ~BoundedMemory();
  BoundedMemory(const BoundedMemory&) = delete;
  BoundedMemory& operator=(const BoundedMemory&) = delete;

 private:
  std::int64_t most_;
};

}  // namespace fedfr::fuzz
