#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/run/options/option_table.hpp"

// Values as text and back, by the type of the field. What is read here has one form (paths tidied, numbers in
// range), and what is shown is read back as the same value: the record of a run relies on it.
namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

template <class T>
bool read_number(const OptionSpec& spec, std::string_view text, T& out) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || stop != end || !spec.range.contains(static_cast<double>(value))) return false;
  out = value;
  return true;
}

constexpr std::string_view on_words[] = {"true", "on", "yes", "1"};
constexpr std::string_view off_words[] = {"false", "off", "no", "0"};

bool read(const OptionSpec&, std::string_view text, bool& out) {
  out = std::ranges::find(on_words, text) != std::end(on_words);
  return is_switch_word(text);
}
bool read(const OptionSpec& spec, std::string_view text, int& out) { return read_number(spec, text, out); }
bool read(const OptionSpec& spec, std::string_view text, std::uint64_t& out) {
  return read_number(spec, text, out);
}
bool read(const OptionSpec& spec, std::string_view text, double& out) { return read_number(spec, text, out); }
bool read(const OptionSpec& spec, std::string_view text, std::string& out) {
  out = text;
  return std::ranges::find(spec.choices, text) != spec.choices.end();
}
bool read(const OptionSpec&, std::string_view text, fs::path& out) {
  out = tidy_path(text);
  // The record of a run must be able to repeat it: a line of a job file holds no control characters.
  return text.size() <= longest_path && std::ranges::none_of(text, is_control);
}
bool read(const OptionSpec& spec, std::string_view text, std::vector<fs::path>& out) {
  fs::path path;
  if (!read(spec, text, path)) return false;
  if (path.empty())
    out.clear();
  else
    out.push_back(path);
  return true;
}
bool read(const OptionSpec& spec, std::string_view text, std::vector<double>& out) {
  out.clear();
  if (text.ends_with(',')) return false;
  do {
    if (!read(spec, trim(next_part(text, ',')), out.emplace_back())) return false;
  } while (!text.empty());
  // Tables and files name a rate as below.
  std::set<std::string> names;
  for (const double value : out) names.insert(fmt::format("{:g}", value));
  return names.size() == out.size();
}

std::string show(bool value) { return value ? "true" : "false"; }
std::string show(const std::string& value) { return value; }
std::string show(const fs::path& value) { return value.string(); }
/// fmt prints the shortest text that gives the same number again.
template <class T>
std::string show(const T& number) {
  return fmt::format("{}", number);
}
std::string show(const std::vector<double>& values) { return fmt::format("{}", fmt::join(values, ",")); }

/// Levenshtein's distance: insertions, deletions and replacements of a character.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string suggestion(std::string_view name) {
  const auto& table = option_table();
  const char* none = "; `fedfr train --help` lists all";
  // What is longer than any name with as many typos is near to none, and costly to compare.
  constexpr std::size_t longest = 60;
  if (name.size() > longest) return none;
  const auto nearest = std::ranges::min_element(
      table, {}, [&](const OptionSpec& spec) { return edit_distance(spec.name, name); });
  const std::size_t typos = std::max<std::size_t>(2, name.size() / 3);
  return edit_distance(nearest->name, name) <= typos ? fmt::format("; did you mean '{}'?", nearest->name)
                                                     : none;
}

}  // namespace

bool is_switch_word(std::string_view text) {
  return std::ranges::find(on_words, text) != std::end(on_words) ||
         std::ranges::find(off_words, text) != std::end(off_words);
}

bool Range::contains(double value) const {
  return (above_low ? value > low : value >= low) && (below_high ? value < high : value <= high);
}

std::string Range::text() const {
  return fmt::format("{}{}, {}{}", above_low ? '(' : '[', low, high, below_high ? ')' : ']');
}

bool OptionSpec::is_switch() const { return std::holds_alternative<bool Options::*>(field); }

bool OptionSpec::is_number() const { return range.high > range.low; }

bool OptionSpec::is_path() const { return repeats() || std::holds_alternative<fs::path Options::*>(field); }

bool OptionSpec::repeats() const { return std::holds_alternative<std::vector<fs::path> Options::*>(field); }

std::string OptionSpec::allowed() const {
  if (is_switch()) return "true or false";
  if (!choices.empty()) return fmt::format("one of {}", fmt::join(choices, ", "));
  if (std::holds_alternative<double Options::*>(field)) return "a number in " + range.text();
  if (std::holds_alternative<std::vector<double> Options::*>(field))
    return fmt::format("different numbers in {}, separated by commas", range.text());
  if (is_number()) return "a whole number in " + range.text();
  return fmt::format("a path of at most {} bytes without control characters", longest_path);
}

const OptionSpec* find_option(std::string_view name) {
  const auto& table = option_table();
  const auto found = std::ranges::find(table, name, &OptionSpec::name);
  return found == table.end() ? nullptr : &*found;
}

const OptionSpec& known_option(std::string_view name, std::string_view where) {
  if (const OptionSpec* spec = find_option(name)) return *spec;
  throw UsageError("{}: unknown option '{}'{}", where, name, suggestion(name));
}

void assign(Options& options, const Setting& setting) {
  const OptionSpec& spec = known_option(setting.name, setting.where);
  const bool good =
      std::visit([&](auto member) { return read(spec, setting.value, options.*member); }, spec.field);
  if (!good)
    throw UsageError("{}: {} = {}: expected {}", setting.where, setting.name, setting.value, spec.allowed());
}

std::vector<std::string> value_texts(const Options& options, const OptionSpec& spec) {
  if (const auto* paths = std::get_if<std::vector<fs::path> Options::*>(&spec.field)) {
    std::vector<std::string> texts;
    for (const auto& path : options.*(*paths)) texts.push_back(path.string());
    return texts;
  }
  return {std::visit(
      [&](auto member) -> std::string {
        if constexpr (std::is_same_v<decltype(member), std::vector<fs::path> Options::*>)
          return {};
        else
          return show(options.*member);
      },
      spec.field)};
}

}  // namespace fedfr::run
