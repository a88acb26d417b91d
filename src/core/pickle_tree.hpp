#pragma once
#include "fedfr/core/pickle.hpp"

namespace fedfr::pickle {

/// Sees to it that the tree may be walked by recursion.
/// @param most  values that a walk may meet, each as often as something refers to it
/// @throws DataError without the file's name: a value that holds itself, too many levels, too many values
void check_tree(const Value& root, std::size_t most);

}  // namespace fedfr::pickle
