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
};

/// Blank lines are skipped; `#` starts a comment at the beginning of a line or after a blank.
/// @param name  of the file, for messages
/// @throws UsageError naming file and line where there is no `=`
std::vector<IniLine> parse_ini(std::string_view text, const std::string& name);

}  // namespace fedfr
