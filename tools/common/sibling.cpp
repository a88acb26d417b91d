#include "sibling.hpp"

namespace fedfr::tool {

std::filesystem::path sibling(const std::string& name) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto beside = self.parent_path() / name;
  return std::filesystem::exists(beside, ignored) ? beside : std::filesystem::path(name);
}

}  // namespace fedfr::tool
