#include "command_line.hpp"

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/run/options/option_table.hpp"

// Words of a command line by Boost, against the table of options. Boost only finds out which word belongs to
// which name; values stay text, which is read and checked in one place for all sources (assign).
namespace fedfr::run {

namespace po = boost::program_options;

namespace {

constexpr const char* here = "command line";

/// `--mirror` alone means `--mirror=true`. Boost takes an optional value only after `=`, so a switch's value
/// that stands on its own is joined to it here.
std::vector<std::string> join_switches(std::span<const std::string> args) {
  std::vector<std::string> joined;
  for (std::size_t i = 0; i < args.size(); ++i) {
    joined.push_back(expand_option_word(args[i]));
    if (!args[i].starts_with("--")) continue;
    const OptionSpec* spec = find_option(std::string_view(args[i]).substr(2));
    if (spec == nullptr || !spec->is_switch()) continue;
    const bool spelled_out = i + 1 < args.size() && is_switch_word(args[i + 1]);
    joined.back() += spelled_out ? "=" + args[++i] : "=true";
  }
  return joined;
}

std::vector<po::option> split(std::span<const std::string> args) {
  auto known = described("");
  known.add_options()("help,h", "");
  // Abbreviations would make today's scripts ambiguous when an option is added.
  constexpr auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  try {
    po::command_line_parser parser(join_switches(args));
    return parser.options(known).style(style).allow_unregistered().run().options;
  } catch (const po::error& e) {
    throw UsageError("{}: {}; `fedfr train --help` lists the options", here, e.what());
  }
}

}  // namespace

Words parse_words(std::span<const std::string> args) {
  Words result;
  for (const auto& option : split(args)) {
    if (option.string_key == "help") {
      result.help = true;
    } else if (option.position_key >= 0) {
      result.bare.push_back(option.value.front());
    } else {
      const OptionSpec& spec = known_option(option.string_key, here);
      // What `--init "$UNSET"` comes to. A job file may well say that an option has no value.
      if (option.value.front().empty())
        throw UsageError("{}: --{} is empty: was a variable not set?", here, spec.name);
      result.settings.push_back({spec.name, option.value.front(), here});
    }
  }
  return result;
}

CommandLine parse_command_line(std::span<const std::string> args) {
  Words words = parse_words(args);
  if (words.bare.size() > 1)
    throw UsageError("{}: '{}' is one word too many: '{}' is the job file already", here, words.bare[1],
                     words.bare[0]);
  return {.job_file = words.bare.empty() ? "" : words.bare[0],
          .settings = std::move(words.settings),
          .help = words.help};
}

}  // namespace fedfr::run
