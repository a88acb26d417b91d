#include "fedfr/core/nameless_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace fedfr {

FileDescriptor nameless_file(const std::filesystem::path& folder) {
  FileDescriptor file(::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  std::string name = (folder / "fedfr-XXXXXX").string();  // where the file system knows no such files
  FileDescriptor named(::mkostemp(name.data(), O_CLOEXEC));
  if (named) ::unlink(name.c_str());
  return named;
}

}  // namespace fedfr
