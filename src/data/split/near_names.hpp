#pragma once
#include <string>
#include <vector>

namespace fedfr::data {

/// What to tell of a name that is not among `names`: which one is nearest to it, or looks the same.
/// @returns "; the nearest name is ...", to be put behind a message; empty where there are no names
std::string hint_of_nearest(const std::string& name, const std::vector<std::string>& names);

}  // namespace fedfr::data
