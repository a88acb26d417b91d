#pragma once
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <span>
#include <string>
#include <vector>

namespace fedfr::tool {

/// An option whose value is a path: `path` has it in the form that the program keeps (core/path.hpp).
boost::program_options::typed_value<std::string>* path_option(std::string& path);
/// The same for one that may be repeated.
boost::program_options::typed_value<std::vector<std::string>>* path_option(std::vector<std::string>& paths);

/// Parses the words after a subcommand into the variables of `described`.
/// @param positional  names of options that may be given as bare words, in their order; the last takes all
/// that
///                    are left if it ends with "..."
/// @param about       purpose, usage and examples, printed above the options by --help
/// @returns false where --help was asked for and printed
/// @throws UsageError naming an option that is unknown, malformed, missing or empty, or whose number is
/// negative, not finite, too large or followed by something else
bool parse(std::span<const std::string> args, boost::program_options::options_description described,
           const std::vector<std::string>& positional, const char* about);

}  // namespace fedfr::tool
