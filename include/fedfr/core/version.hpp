#pragma once
#include <string_view>

namespace fedfr {

std::string_view version();     ///< for example "0.1.0"
std::string_view commit();      ///< abbreviated commit, with a trailing * if the tree had changes
std::string_view build_type();  ///< CMake build type
std::string_view compiler();    ///< name and version

}  // namespace fedfr
