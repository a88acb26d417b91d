#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"

namespace fedfr::data {

/// The pixels of a shard that is being written, in a file that becomes the shard: they are written once, to
/// the place where they will lie.
class ShardPixels {
 public:
  /// @param begin  the place in the file, as far as can be told before their number is known
  /// @throws DataError if the file cannot be made
  ShardPixels(const std::filesystem::path& shard, std::int64_t begin);

  std::int64_t size() const { return size_; }
  void add(std::span<const std::byte> pixels);  ///< @throws DataError for example on a full disk

  /// Makes the shard durably.
  /// @param rest   a file like the shard, but without pixels; is used up
  /// @param begin  where the pixels belong in it
  void finish(const std::filesystem::path& rest, std::int64_t begin);

 private:
  void write_waiting();

  TemporaryFile temporary_;
  FileDescriptor file_;
  std::int64_t begin_;
  std::int64_t size_ = 0;
  std::string waiting_;  // the last ones
};

}  // namespace fedfr::data
