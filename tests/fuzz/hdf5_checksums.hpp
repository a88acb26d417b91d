#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// Of the HDF5 library, which exports it: of the structures of its newer format.
extern "C" std::uint32_t H5_checksum_metadata(const void* data, std::size_t bytes, std::uint32_t start);

namespace fedfr::fuzz {

/// Where the structures of an HDF5 file lie that end in a checksum, found in a file that is right. Whoever
/// changes a file to do harm puts the checksums right, and gets further into the library than by chance.
class Hdf5Checksums {
 public:
  explicit Hdf5Checksums(std::string_view right) {
    for (std::string_view mark : {"\x89HDF\r\n\x1a\n", "OHDR", "OCHK", "BTHD", "BTLF", "FRHP"})
      for (auto at = right.find(mark); at != std::string_view::npos; at = right.find(mark, at + 1))
        find_end(right, at);
  }

  std::size_t size() const { return places_.size(); }

  void put_right(std::string& content) const {
    for (const auto& [begin, bytes] : places_) {
      const auto checksum = H5_checksum_metadata(content.data() + begin, bytes, 0);
      std::memcpy(content.data() + begin + bytes, &checksum, sizeof checksum);
    }
  }

 private:
  struct Place {
    std::size_t begin, bytes;
  };

  void find_end(std::string_view right, std::size_t begin) {
    constexpr std::size_t longest = 2048;
    std::uint32_t stored = 0;
    for (std::size_t bytes = 8; bytes < longest && begin + bytes + sizeof stored <= right.size(); ++bytes) {
      std::memcpy(&stored, right.data() + begin + bytes, sizeof stored);
      if (stored != H5_checksum_metadata(right.data() + begin, bytes, 0)) continue;
      places_.push_back({begin, bytes});
      return;
    }
  }

  std::vector<Place> places_;
};

}  // namespace fedfr::fuzz
