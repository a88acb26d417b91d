#pragma once
#include <optional>
#include <string>
#include <string_view>

/// What names of files and folders tell before anything is opened.
namespace fedfr::data {

/// Left behind by editors, file managers, storage systems and archives: no name that a person could have.
bool is_of_a_system(std::string_view name);

/// JPEG or PNG, by the end of its name.
bool is_image_name(std::string_view name);

/// Names are stored as UTF-8, and lists of people hold one a line.
/// @returns why a name or path cannot be stored; nothing where it can
std::optional<std::string> trouble_with_name(std::string_view name);

/// A path of an archive as folders and a name: without `./` and doubled slashes; `..` counts as of a system.
std::string tidy_member_name(std::string_view name);
bool has_system_part(std::string_view path);  ///< whether a folder of it, or its name, is of a system

std::string lower_case(std::string_view text);  ///< of ASCII

// Reasons for what is left out, in the words of all sources.
inline constexpr const char* hidden_file = "hidden or of a system";
inline constexpr const char* not_of_a_person = "not in a folder of a person";
inline constexpr const char* no_image_name = "neither JPEG nor PNG by its name";
inline constexpr const char* no_regular_file = "no regular file";

}  // namespace fedfr::data
