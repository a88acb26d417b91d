#include <fmt/format.h>

#include <sstream>

#include "command_line.hpp"
#include "fedfr/run/options/option_table.hpp"

// The table of options for people: --help and the table of the documentation, which a test compares with the
// README.
namespace fedfr::run {

namespace po = boost::program_options;

namespace {

std::string value_name(const OptionSpec& spec) {
  if (spec.is_switch()) return "true|false";
  if (!spec.choices.empty()) return "NAME";
  if (std::holds_alternative<std::vector<double> Options::*>(spec.field)) return "X,X,...";
  if (std::holds_alternative<double Options::*>(spec.field)) return "X";
  return spec.is_number() ? "N" : "PATH";
}

/// Names or a range.
std::string values(const OptionSpec& spec) {
  if (!spec.choices.empty()) return fmt::format("{}", fmt::join(spec.choices, ", "));
  if (spec.is_switch()) return "true, false";
  return spec.is_number() ? spec.range.text() : "path";
}

std::string sentence(const OptionSpec& spec) {
  if (!spec.choices.empty()) return fmt::format("{} ({})", spec.help, values(spec));
  return spec.is_number() ? fmt::format("{}, in {}", spec.help, values(spec)) : spec.help;
}

std::string default_text(const OptionSpec& spec) {
  static const Options defaults;
  const auto texts = value_texts(defaults, spec);
  return texts.empty() ? "" : texts.front();
}

constexpr const char* introduction =
    R"(fedfr train [JOB.cfg] [--name value ...]

Trains face recognition models on the data of many clients without moving the
data (FedFR, Liu et al., AAAI 2022). Start it with mpirun or srun for more than
one process. A job file holds lines `name = value` of the same options; the
command line wins over it. Relative paths start at the working directory.

Examples:
  fedfr train jobs/demo.cfg --output runs/demo
  mpirun -n 4 fedfr train jobs/paper.cfg --output runs/paper --device cuda
  fedfr train jobs/paper.cfg --output runs/paper --rounds 40     (goes on after round 20)
  fedfr train jobs/paper.cfg --output runs/fedavg --algorithm fedavg --dry-run

Exit codes: 0 done, 2 wrong command line or job file, 3 data or file error,
4 another process or a device failed, 85 stopped on request with a checkpoint:
the same command goes on from there.
)";

}  // namespace

po::options_description described(const std::string& section) {
  po::options_description group(section, 110, 60);
  for (const auto& spec : option_table()) {
    if (!section.empty() && spec.section != section) continue;
    auto* semantic = po::value<std::string>()->value_name(value_name(spec));
    if (const auto usual = default_text(spec); !usual.empty()) semantic->default_value(usual);
    group.add_options()(spec.name.c_str(), semantic, sentence(spec).c_str());
  }
  return group;
}

std::string help_text() {
  std::ostringstream text;
  text << introduction;
  std::string section;
  for (const auto& spec : option_table()) {
    if (spec.section == section) continue;
    section = spec.section;
    text << '\n' << described(section);
  }
  return text.str();
}

std::string markdown_table() {
  std::string text, section;
  for (const auto& spec : option_table()) {
    if (spec.section != section) {
      text += fmt::format("{}**{}**\n\n| option | default | values | meaning |\n|---|---|---|---|\n",
                          text.empty() ? "" : "\n", spec.section);
      section = spec.section;
    }
    const auto usual = default_text(spec);
    text += fmt::format("| `{}` | {} | {} | {} |\n", spec.name, usual.empty() ? "" : "`" + usual + "`",
                        values(spec), spec.help);
  }
  return text;
}

}  // namespace fedfr::run
