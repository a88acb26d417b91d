#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/run/options/options.hpp"

namespace fedfr::run {

/// Reads the text of a job file: one `key = value` a line. Blank lines are skipped; `#` starts a comment at
/// the beginning of a line or after a blank. A `[section]` line is a heading for readers and changes no name.
/// Relative paths are relative to the folder the program was started in, as on the command line.
/// @param text  the content, since one rank reads the file and the others receive it
/// @param name  of the file, for messages
/// @throws UsageError naming file and line: no `=`, an unknown key, or a key that was set before (benchmark
/// may repeat)
std::vector<Setting> parse_job_file(std::string_view text, const std::string& name);

}  // namespace fedfr::run
