#pragma once
#include <filesystem>

#include "fedfr/core/file.hpp"

namespace fedfr::data {

/// A folder that is filled beside its final name, as NAME.partial-HOST-PID, and takes that name when it is
/// complete, so that nobody meets half of it. What is given up is removed, at once or, where the process was
/// killed, by the next one on this host that makes the same folder.
class StagedFolder {
 public:
  /// @throws DataError if the final name is taken (never overwritten) or the folder cannot be created
  explicit StagedFolder(const std::filesystem::path& final_name);
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;
  ~StagedFolder();

  const std::filesystem::path& path() const { return staged_; }

  /// Gives it its final name, durably.
  /// @throws DataError saying where the folder lies if that fails: what was written is kept
  void publish();

 private:
  std::filesystem::path final_;
  std::filesystem::path staged_;
  FileDescriptor lock_;
  bool keep_ = false;
};

}  // namespace fedfr::data
