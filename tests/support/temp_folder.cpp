#include "support/temp_folder.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace fedfr::test {

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "fedfr-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  // A destructor must not throw; what stays behind lies among the temporary files of the system.
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace fedfr::test
