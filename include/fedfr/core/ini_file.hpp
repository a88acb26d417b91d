#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace fedfr {

/// A line `key = value` of an INI file.
struct IniLine {
  std::string section;  ///< without its brackets; empty before the first one
  std::string key;
  std::string value;
  std::string where;  ///< for messages: "FILE:LINE"
  char quote = '\0';  ///< what the value stood in: `"`, `'`, or nothing
};

/// Blank lines are skipped; `#` starts a comment at the beginning of a line or after a blank. A value that
/// begins with `"` or `'` ends with the same, has all that is between, blanks and `#` too, and a doubled
/// quote for one. A byte order mark and the line ends of Windows are passed over.
/// @param name  of the file, for messages
/// @throws UsageError naming file and line: no `=`, a quote that does not end, and what no such file has:
///         lines of more than 64 KiB, zero bytes and other control characters, UTF-16
std::vector<IniLine> parse_ini(std::string_view text, const std::string& name);

/// The text of a value that parse_ini gives back as it was: in quotes where they are needed.
std::string ini_value(std::string_view value);

}  // namespace fedfr
