#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fedfr/run/options/options.hpp"

namespace fedfr::run {

/// Where the value of an option lies.
using Field = std::variant<bool Options::*, int Options::*, std::uint64_t Options::*, double Options::*,
                           std::string Options::*, std::filesystem::path Options::*,
                           std::vector<std::filesystem::path> Options::*, std::vector<double> Options::*>;

/// Numbers that are allowed; applies to each element of a list.
struct Range {
  double low = 0;
  double high = 0;
  bool above_low = false;   ///< low itself is excluded
  bool below_high = false;  ///< high itself is excluded

  bool contains(double value) const;
  std::string text() const;  ///< for example "(0, 1]"
};

/// What a run that is continued with another value of an option becomes.
enum class Effect {
  results,   ///< another experiment: refused
  data,      ///< a path: the same experiment if what lies there has the same content (data_record.hpp)
  numerics,  ///< the same one up to rounding, if at all: numerics.hpp has what it comes to
  none,      ///< the same results, or more rounds of them
};

struct OptionSpec {
  std::string name;  ///< after `--` and in job files
  Field field;
  std::string help;  ///< one sentence without its full stop
  Range range{};
  std::vector<std::string> choices{};
  Effect effect = Effect::results;
  std::string section{};

  bool is_switch() const;
  bool is_number() const;       ///< or a list of numbers
  bool is_path() const;         ///< or a list of paths
  bool repeats() const;         ///< each mention adds a value
  std::string allowed() const;  ///< "a whole number in [1, 4096]", "one of keep, drop", ...
};

/// All options in the order of the documentation. The one place where a name, a range or a help text is
/// written.
const std::vector<OptionSpec>& option_table();

/// @returns null if there is none of this name
const OptionSpec* find_option(std::string_view name);

/// @throws UsageError naming `where` and the nearest known name
const OptionSpec& known_option(std::string_view name, std::string_view where);

/// Whether the text is one of true, on, yes, 1, false, off, no, 0.
bool is_switch_word(std::string_view text);

/// Values that a choice implies where nobody sets them.
struct Preset {
  std::string option;
  std::string value;
  std::vector<std::pair<std::string, std::string>> implied;
};
const std::vector<Preset>& presets();

/// Stores the value; one of a repeatable option is added to the others, and an empty one removes them.
/// @throws UsageError naming place, key, value and what is allowed
void assign(Options& options, const Setting& setting);

/// The value as `assign` reads it: one text, or one for each value of a repeatable option.
std::vector<std::string> value_texts(const Options& options, const OptionSpec& spec);

/// An option with another value than before.
struct Difference {
  std::string name;
  std::string before;
  std::string now;
  Effect effect;
};
/// In the order of the table.
std::vector<Difference> differences(const Options& before, const Options& now);

}  // namespace fedfr::run
