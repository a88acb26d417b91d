#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Paths as people type them. One that enters the program, from a command line or a file, is brought into one
/// form once, here, so that nobody behind it has to think of slashes at its end. Two spellings of one place
/// may remain two: data are compared by their fingerprints, not by where they lie.
namespace fedfr {

/// Of a path in bytes: PATH_MAX of Linux, with its end.
constexpr std::size_t longest_path = 4095;

/// Without `.`, doubled slashes and a slash at the end, which the Tab key leaves. `..` stays, since what lies
/// above a symbolic link is not what was written before it. An empty path stays empty.
std::filesystem::path tidy_path(std::string_view text);

/// The place that a path leads to, links followed as far as it exists, and the folders around it, innermost
/// first, without the root.
std::vector<std::filesystem::path> place_and_around(const std::filesystem::path& path);

/// The last name of a path, to be made longer by so many bytes: a hash of it where file systems would not
/// take the longer name.
std::string name_with_room(const std::filesystem::path& path, std::size_t bytes);

/// What a shell would make of a word of a file: `$NAME` and `${NAME}` are variables of the environment, `~`
/// and `~USER` at the beginning are home folders, `$$` is a dollar sign. What a variable holds is not
/// expanded again.
/// @param where  for messages: "FILE:LINE"
/// @param tilde  whether `~` has a meaning; it has none in quotes
/// @throws UsageError naming the place: a variable that is not set or empty, an unknown user, a `$` alone, a
///         result that is longer than any path
std::string expand_path(std::string_view text, const std::string& where, bool tilde = true);

/// The reverse for `$`: a text that expand_path gives back as it was.
std::string escape_path(std::string_view text);

/// A word of the command line, where the shell has expanded what it does; all but `~` in `--name=~/folder`,
/// which bash leaves, and which is expanded here.
/// @throws UsageError for an unknown user
std::string expand_option_word(const std::string& word);

}  // namespace fedfr
