#include "parse.hpp"

#include <boost/program_options.hpp>
#include <iostream>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"

namespace fedfr::tool {

namespace po = boost::program_options;

namespace {

/// What `--output "$UNSET"` comes to; no option has a meaning without a value.
void refuse_empty_values(const std::vector<po::option>& options) {
  for (const auto& option : options)
    if (option.value.size() == 1 && option.value.front().empty())
      throw UsageError("--{} is empty: was a variable not set?", option.string_key);
}

}  // namespace

po::typed_value<std::string>* path_option(std::string& path) {
  return po::value(&path)->notifier([&path](const std::string& typed) { path = tidy_path(typed).string(); });
}

po::typed_value<std::vector<std::string>>* path_option(std::vector<std::string>& paths) {
  return po::value(&paths)->notifier([&paths](const std::vector<std::string>&) {
    for (auto& path : paths) path = tidy_path(path).string();
  });
}

bool parse(std::span<const std::string> args, po::options_description described,
           const std::vector<std::string>& positional, const char* about) {
  described.add_options()("help,h", "print this text");
  po::positional_options_description bare_words;
  for (const auto& name : positional) bare_words.add(name.c_str(), 1);
  try {
    po::variables_map values;
    std::vector<std::string> words;
    for (const auto& word : args) words.push_back(expand_option_word(word));
    po::command_line_parser parser(words);
    // Abbreviations would make today's scripts ambiguous when an option is added.
    constexpr auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    const auto parsed = parser.options(described).positional(bare_words).style(style).run();
    po::store(parsed, values);
    if (values.contains("help")) {
      std::cout << about << '\n' << described;
      return false;
    }
    refuse_empty_values(parsed.options);
    po::notify(values);
  } catch (const po::error& error) {
    throw UsageError("{}; --help lists the options", error.what());
  }
  return true;
}

}  // namespace fedfr::tool
