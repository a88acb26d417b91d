#include "parse.hpp"

#include <boost/program_options.hpp>
#include <iostream>

#include "fedfr/core/error.hpp"

namespace fedfr::tool {

namespace po = boost::program_options;

bool parse(std::span<const std::string> args, po::options_description described,
           const std::vector<std::string>& positional, const char* about) {
  described.add_options()("help,h", "print this text");
  po::positional_options_description bare_words;
  for (const auto& name : positional) bare_words.add(name.c_str(), 1);
  try {
    po::variables_map values;
    po::command_line_parser parser(std::vector<std::string>(args.begin(), args.end()));
    // Abbreviations would make today's scripts ambiguous when an option is added.
    constexpr auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(parser.options(described).positional(bare_words).style(style).run(), values);
    if (values.contains("help")) {
      std::cout << about << '\n' << described;
      return false;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw UsageError("{}; --help lists the options", error.what());
  }
  return true;
}

}  // namespace fedfr::tool
