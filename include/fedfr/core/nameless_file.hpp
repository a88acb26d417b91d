#pragma once
#include <filesystem>

#include "fedfr/core/file.hpp"

namespace fedfr {

/// A new file for reading and writing that has no name, so that nothing of it is left behind however the
/// process ends.
/// @param folder  empty: the current one
/// @returns none, with the reason in errno, if it cannot be made
FileDescriptor nameless_file(const std::filesystem::path& folder);

}  // namespace fedfr
