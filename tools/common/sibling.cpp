#include "sibling.hpp"

#include "fedfr/core/process.hpp"

namespace fedfr::tool {

std::filesystem::path sibling(const std::string& name) {
  std::error_code ignored;
  const auto beside = own_program().parent_path() / name;
  return std::filesystem::exists(beside, ignored) ? beside : std::filesystem::path(name);
}

}  // namespace fedfr::tool
