#pragma once
#include <filesystem>

#include "fedfr/core/file.hpp"

namespace fedfr::data {

/// Finds out whether a folder of this name could be made, for use before the work that is to fill it.
/// @throws DataError if the name is taken, by a link to nothing, too, or cannot be looked up
void check_new_folder(const std::filesystem::path& path);

/// A folder that is filled beside its final name, as NAME.partial-HOST-PID, and takes that name when it is
/// complete, so that nobody meets half of it. What is given up is removed, at once or, where the process was
/// killed, by the next one on this host that makes the same folder.
class StagedFolder {
 public:
  /// @throws DataError as check_new_folder, and if the folder cannot be created; nothing is ever overwritten
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
