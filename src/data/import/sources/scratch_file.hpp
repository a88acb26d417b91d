#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "fedfr/core/file.hpp"

namespace fedfr::data {

/// A nameless file (core/nameless_file.hpp).
/// @throws DataError naming the folder
FileDescriptor new_scratch_file(const std::filesystem::path& folder);

/// What cannot be read at any place, put where it can: pieces one behind the other in a nameless file.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& folder);

  std::uint64_t size() const { return size_ + waiting_.size(); }  ///< where the next piece begins
  /// @throws DataError naming the folder, for example on a full disk
  void add(std::string_view piece);
  void finish();  ///< after the last piece, before the first `read`

  /// May be called by several threads at once.
  std::string read(std::uint64_t offset, std::size_t size) const;

 private:
  std::filesystem::path folder_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;  // of what is written
  std::string waiting_;
};

}  // namespace fedfr::data
