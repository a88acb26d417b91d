#include "fedfr/core/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "fedfr/core/error.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr {

namespace fs = std::filesystem;

fs::path temporary_place() {
  const char* set = std::getenv("TMPDIR");
  return set != nullptr && *set != '\0' ? set : "/tmp";
}

TemporaryFolder::TemporaryFolder(const std::string& name, const fs::path& within) {
  const fs::path place = within.empty() ? temporary_place() : within;
  std::string made = (place / (name + "-XXXXXX")).string();
  if (::mkdtemp(made.data()) == nullptr)
    throw DataError("cannot make a temporary folder in {}: {}{}", place.string(), system_reason(),
                    within.empty() ? "; set TMPDIR to a folder with room" : "");
  path_ = made;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  // A destructor may run while an exception passes: what cannot be removed stays.
  fs::remove_all(path_, ignored);
}

}  // namespace fedfr
