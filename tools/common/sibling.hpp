#pragma once
#include <filesystem>
#include <string>

namespace fedfr::tool {

/// Another program of fedfr: the one beside this program, else the name alone, for PATH.
std::filesystem::path sibling(const std::string& name);

}  // namespace fedfr::tool
