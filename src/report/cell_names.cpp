// Everything of a cell lies under its name, which is made of values that a user chose: options may be paths,
// and "0.1" and "0.10" are one number. Two cells that would write over each other are refused before any
// work.
#include "cell_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::report {

namespace {

std::string plain(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
    name += kept ? c : '-';
  }
  return name;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string without_output(run::Options options) {
  options.output.clear();
  return run::record(options);
}

}  // namespace

std::string file_name_of(std::span<const std::pair<std::string, std::string>> settings) {
  constexpr std::size_t longest = 120;
  std::string name, exact;
  bool altered = false;
  for (const auto& [setting, value] : settings) {
    name += fmt::format("{}{}-{}", name.empty() ? "" : "_", setting, plain(value));
    exact += fmt::format("{}={}\n", setting, value);
    altered = altered || plain(value) != value;
  }
  if (!altered && name.size() <= longest) return name;
  return name.substr(0, longest) + '-' + hex16(hash64(std::as_bytes(std::span(exact)))).substr(0, 8);
}

void check_distinct(const Sweep& sweep) {
  const auto file = sweep.file.path.string();
  // Names in lower case, since there are file systems that do not tell A from a.
  std::map<std::string, std::string> by_options, by_name, by_folder;
  for (const auto& cell : sweep.cells) {
    const auto [same, other_options] = by_options.emplace(without_output(cell.options()), cell.name);
    if (!other_options)
      throw UsageError(
          "{}: the cells {} and {} have the same options, since values of their axes mean the same: "
          "remove one",
          file, same->second, cell.name);
    const auto [alike, other_name] = by_name.emplace(lower(cell.name), cell.name);
    if (!other_name)
      throw UsageError(
          "{}: the files of the cells {} and {} would have the same names on some systems: write the "
          "values in another way",
          file, alike->second, cell.name);
  }
  for (const auto& made : sweep.datasets) {
    const auto folder = made.folder.string();
    const auto [alike, other_folder] = by_folder.emplace(lower(folder), folder);
    if (!other_folder)
      throw UsageError(
          "{}: the folders {} and {} of datasets would have the same name on some systems: write the "
          "values in another way",
          file, alike->second, folder);
  }
}

}  // namespace fedfr::report
