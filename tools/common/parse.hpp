#pragma once
#include <boost/program_options/options_description.hpp>
#include <span>
#include <string>
#include <vector>

namespace fedfr::tool {

/// Parses the words after a subcommand into the variables of `described`.
/// @param positional  names of options that may be given as bare words, in their order
/// @param about       purpose, usage and examples, printed above the options by --help
/// @returns false where --help was asked for and printed
/// @throws UsageError for an unknown, malformed or missing option
bool parse(std::span<const std::string> args, boost::program_options::options_description described,
           const std::vector<std::string>& positional, const char* about);

}  // namespace fedfr::tool
