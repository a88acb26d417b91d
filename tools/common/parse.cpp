// Boost reads numbers as streams do, so that -1 is the largest unsigned number and "nan" a share of images.
// Here a number is what a user means by one, and never negative: no tool has an option that could be.
#include "parse.hpp"

#include <boost/optional.hpp>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <string_view>

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

template <class T>
bool takes(const po::value_semantic* value) {
  return dynamic_cast<const po::typed_value<T>*>(value) != nullptr ||
         dynamic_cast<const po::typed_value<boost::optional<T>>*>(value) != nullptr;
}

template <class T>
std::string range() {
  if constexpr (std::is_floating_point_v<T>) return "a number from 0";
  return fmt::format("a whole number from 0 to {}", std::numeric_limits<T>::max());
}

/// @throws UsageError naming the option if it takes a T and the text is none
template <class T>
void check_if_number(const po::option_description& option, const std::string& text) {
  if (!takes<T>(option.semantic().get())) return;
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool good = error == std::errc{} && end == text.data() + text.size() && number >= T{0};
  if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(number);
  if (!good) throw UsageError("--{} '{}' is not {}", option.long_name(), text, range<T>());
}

void check_numbers(const po::parsed_options& parsed, const po::options_description& described) {
  for (const auto& given : parsed.options) {
    const auto* option = described.find_nothrow(given.string_key, false);
    if (option == nullptr) continue;
    for (const auto& text : given.value) {
      check_if_number<int>(*option, text);
      check_if_number<std::int64_t>(*option, text);
      check_if_number<std::uint64_t>(*option, text);
      check_if_number<float>(*option, text);
      check_if_number<double>(*option, text);
    }
  }
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
  for (const std::string_view name : positional) {
    const bool takes_all = name.ends_with("...");
    bare_words.add(std::string(name.substr(0, name.size() - (takes_all ? 3 : 0))).c_str(),
                   takes_all ? -1 : 1);
  }
  try {
    po::variables_map values;
    std::vector<std::string> words;
    for (const auto& word : args) words.push_back(expand_option_word(word));
    po::command_line_parser parser(words);
    // Abbreviations would make today's scripts ambiguous when an option is added.
    constexpr auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    const auto parsed = parser.options(described).positional(bare_words).style(style).run();
    refuse_empty_values(parsed.options);
    check_numbers(parsed, described);
    po::store(parsed, values);
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
