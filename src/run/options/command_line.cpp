#include "command_line.hpp"

#include "fedfr/core/error.hpp"
#include "fedfr/run/options/option_table.hpp"

namespace fedfr::run {

namespace po = boost::program_options;

namespace {

constexpr const char* here = "command line";

/// `--mirror` alone means `--mirror=true`. Boost takes an optional value only after `=`, so a switch's value
/// that stands on its own is joined to it here.
std::vector<std::string> join_switches(std::span<const std::string> args) {
  std::vector<std::string> joined;
  for (std::size_t i = 0; i < args.size(); ++i) {
    joined.push_back(args[i]);
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

CommandLine parse_command_line(std::span<const std::string> args) {
  CommandLine result;
  for (const auto& option : split(args)) {
    if (option.string_key == "help") {
      result.help = true;
    } else if (option.position_key >= 0) {
      if (!result.job_file.empty())
        throw UsageError("{}: '{}' is one word too many: '{}' is the job file already", here,
                         option.value.front(), result.job_file.string());
      result.job_file = option.value.front();
    } else {
      const OptionSpec& spec = known_option(option.string_key, here);
      result.settings.push_back({spec.name, option.value.front(), here});
    }
  }
  return result;
}

}  // namespace fedfr::run
