#pragma once
#include <string>
#include <string_view>

namespace fedfr {

/// A field of a table in CSV: in quotes where it has a comma, a quote or a line end. Source: RFC 4180.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace fedfr
