#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fedfr/core/file.hpp"

namespace fedfr::nn {

/// The files in a zip file, by name.
/// @param most_bytes  of all of them
/// @throws DataError without the file's name: no zip file, damaged, two files of one name, more than so many
/// bytes
std::map<std::string, std::vector<std::byte>> read_zip(const FileDescriptor& file, std::int64_t most_bytes);

}  // namespace fedfr::nn
