#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace fedfr::data {

/// Two names of files and many numbers, with room to spare.
inline constexpr std::size_t longest_list_line = 16384;

/// Calls `take` with each line of a text file that is not blank, without its end, and its number from 1. The
/// file is read piece by piece, so that it may be of any length.
/// @throws DataError naming the file and line for a line that is too long for any list
void for_each_line(const std::filesystem::path& path,
                   const std::function<void(std::string_view line, std::int64_t number)>& take);

/// The same of a text in memory.
/// @param name  of the text, for messages
void for_each_line(std::string_view text, std::string_view name,
                   const std::function<void(std::string_view line, std::int64_t number)>& take);

}  // namespace fedfr::data
