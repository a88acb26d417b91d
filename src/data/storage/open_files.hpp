#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "fedfr/core/file.hpp"

namespace fedfr::data {

/// Descriptors of numbered files, of which only the last used stay open: a dataset may have more shards than
/// a process may open files. Safe to use from several threads.
class OpenFiles {
 public:
  OpenFiles(std::size_t files, std::size_t most_open) : slots_(files), most_open_(most_open) {}

  /// Opens file `number` unless it is open; it stays so for as long as the result is held.
  /// @throws DataError naming the path
  std::shared_ptr<const FileDescriptor> get(std::size_t number, const std::filesystem::path& path);

 private:
  struct Slot {
    std::shared_ptr<const FileDescriptor> file;
    std::uint64_t last_use = 0;
  };
  void close_oldest();

  std::mutex mutex_;
  std::vector<Slot> slots_;
  std::size_t most_open_;
  std::size_t open_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace fedfr::data
