#include "fedfr/core/path.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <span>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"

// Paths are taken apart as text, not by the library's path: tidying must not touch `..`, and expansion is
// that of a shell for one word, which has no word splitting and no second round, so that what a variable
// holds can not be taken for a further variable.
namespace fedfr {

namespace fs = std::filesystem;

namespace {

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A program that is started without its environment finds its home all the same.
std::string home_of(const std::string& user, const std::string& where) {
  if (const char* home = std::getenv("HOME"); user.empty() && home != nullptr && *home != '\0') return home;
  const passwd* entry = user.empty() ? ::getpwuid(::getuid()) : ::getpwnam(user.c_str());
  if (entry == nullptr || entry->pw_dir == nullptr)
    throw UsageError(
        "{}: ~{} is the home of nobody known on this machine; a folder whose name begins with ~ is "
        "written ./~{}",
        where, user, user);
  return entry->pw_dir;
}

/// The value of the variable that `rest` begins with, which is taken off.
std::string take_variable(std::string_view& rest, const std::string& where) {
  const bool braced = rest.starts_with('{');
  if (braced) rest.remove_prefix(1);
  const auto* end = std::ranges::find_if_not(rest, is_of_name);
  const std::string name(rest.begin(), end);
  rest.remove_prefix(name.size());
  const bool begins_well = !name.empty() && (name.front() < '0' || name.front() > '9');
  if (!begins_well || (braced && !rest.starts_with('}')))
    throw UsageError(
        "{}: after $ is expected NAME or {{NAME}}, a variable of the environment; a dollar sign "
        "itself is written $$",
        where);
  if (braced) rest.remove_prefix(1);
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0')
    throw UsageError(
        "{}: the variable ${} is {}: set it, or write the path out (a dollar sign itself is "
        "written $$)",
        where, name, value == nullptr ? "not set" : "empty");
  return value;
}

}  // namespace

fs::path tidy_path(std::string_view text) {
  std::string tidy(text.starts_with('/') ? "/" : "");
  for (std::string_view rest = text; !rest.empty();) {
    const auto part = next_part(rest, '/');
    if (part.empty() || part == ".") continue;
    if (!tidy.empty() && !tidy.ends_with('/')) tidy += '/';
    tidy += part;
  }
  return tidy.empty() && !text.empty() ? "." : tidy;
}

std::vector<fs::path> place_and_around(const fs::path& path) {
  std::error_code ignored;
  std::vector<fs::path> places;
  auto place = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  for (; place.has_relative_path(); place = place.parent_path()) places.push_back(place);
  return places;
}

std::string name_with_room(const fs::path& path, std::size_t bytes) {
  std::string name = path.filename().string();
  return name.size() + bytes <= NAME_MAX ? name : hex16(hash64(std::as_bytes(std::span(name))));
}

std::string expand_path(std::string_view text, const std::string& where, bool tilde) {
  std::string expanded;
  std::string_view rest = text;
  if (tilde && rest.starts_with('~')) {
    const auto user = rest.substr(1, rest.find('/') - 1);
    expanded = home_of(std::string(user), where);
    rest.remove_prefix(1 + user.size());
  }
  while (!rest.empty()) {
    // In each turn: a short text of many long variables must not fill the memory first.
    if (expanded.size() > longest_path)
      throw UsageError("{}: a path of more than {} bytes once its variables are expanded", where,
                       longest_path);
    const char first = rest.front();
    rest.remove_prefix(1);
    if (first == '$' && !rest.starts_with('$')) {
      expanded += take_variable(rest, where);
      continue;
    }
    if (first == '$') rest.remove_prefix(1);
    expanded += first;
  }
  return expanded;
}

std::string escape_path(std::string_view text) {
  std::string escaped(text.starts_with('~') ? "./" : "");
  for (const char c : text) escaped.append(c == '$' ? 2 : 1, c);
  return escaped;
}

std::string expand_option_word(const std::string& word) {
  const auto equals = word.find('=');
  if (!word.starts_with("--") || equals == std::string::npos || word.compare(equals, 2, "=~") != 0)
    return word;
  const auto slash = std::min(word.find('/', equals), word.size());
  return word.substr(0, equals + 1) + home_of(word.substr(equals + 2, slash - equals - 2), word) +
         word.substr(slash);
}

}  // namespace fedfr
