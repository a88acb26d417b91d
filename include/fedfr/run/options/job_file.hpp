#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/ini_file.hpp"
#include "fedfr/run/options/options.hpp"

namespace fedfr::run {

/// The value of a line that is a path, as a shell would read it: `~`, `$NAME` and `${NAME}` are expanded, in
/// double quotes all but `~`, in single quotes nothing; `$$` is a dollar sign.
/// @throws UsageError naming file and line: a variable that is not set, an unknown user
std::string path_value(const IniLine& line);

/// Reads the text of a job file: one `key = value` a line (core/ini_file.hpp). A `[section]` line is a
/// heading for readers and changes no name. Paths are read by path_value. Relative paths are relative to the
/// folder the program was started in, as on the command line.
/// @param text  the content, since one rank reads the file and the others receive it
/// @param name  of the file, for messages
/// @throws UsageError naming file and line: no `=`, an unknown key, or a key that was set before (benchmark
/// may repeat)
std::vector<Setting> parse_job_file(std::string_view text, const std::string& name);

}  // namespace fedfr::run
