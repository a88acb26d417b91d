#pragma once
#include <filesystem>
#include <string>

namespace fedfr {

/// Where temporary files go: $TMPDIR, else /tmp. Whether it is there shows when something is made in it, with
/// an error that names it; the standard library's answer would throw already.
std::filesystem::path temporary_place();

/// A new folder for files of a while, removed with its contents at the end of the scope.
class TemporaryFolder {
 public:
  /// @param name    what it begins with
  /// @param within  empty: temporary_place()
  /// @throws DataError naming the folder that it cannot be made in
  explicit TemporaryFolder(const std::string& name, const std::filesystem::path& within = {});
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace fedfr
