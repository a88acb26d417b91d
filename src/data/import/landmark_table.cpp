// Paths are looked up by a hash of their last two names, since programs write them with more or fewer folders
// before these; which of several is meant the rest of the path decides.
#include "landmark_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "columns.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"
#include "lines.hpp"

namespace fedfr::data {

namespace {

constexpr std::size_t coordinates = 2 * std::tuple_size_v<Landmarks>;

std::string_view last_name(std::string_view path) { return path.substr(path.find_last_of("/\\") + 1); }

/// Without the type of the file.
std::string_view stem(std::string_view path) {
  const auto name = last_name(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? path : path.substr(0, path.size() - name.size() + dot);
}

/// The last two names of a path, or the one that it has.
std::string_view two_names(std::string_view path) {
  const auto last = path.find_last_of("/\\");
  if (last == std::string_view::npos || last == 0) return last_name(path);
  const auto before = path.find_last_of("/\\", last - 1);
  return before == std::string_view::npos ? path : path.substr(before + 1);
}

std::uint64_t hash(std::string_view text) { return hash64(std::as_bytes(std::span(text))); }

/// How many names two paths have in common, from the last on.
int names_in_common(std::string_view one, std::string_view other) {
  int common = 0;
  while (!one.empty() && !other.empty() && last_name(one) == last_name(other)) {
    ++common;
    one.remove_suffix(std::min(one.size(), last_name(one).size() + 1));
    other.remove_suffix(std::min(other.size(), last_name(other).size() + 1));
  }
  return common;
}

bool is_whole(const std::string& word) { return word.find_first_not_of("0123456789-") == std::string::npos; }

}  // namespace

LandmarkTable::LandmarkTable(const std::filesystem::path& file) : name_(printable(file.string())) {
  for_each_line(file, [&](std::string_view line, std::int64_t number) { take(line, number); });
  finish();
}

LandmarkTable::LandmarkTable(std::string_view text, const std::string& name) : name_(name) {
  for_each_line(text, name, [&](std::string_view line, std::int64_t number) { take(line, number); });
  finish();
}

LandmarkTable::Form LandmarkTable::form_of(const std::vector<std::string>& words) {
  std::size_t numbers = 0;
  while (numbers < words.size() && finite_number(words[words.size() - 1 - numbers])) ++numbers;
  const auto count = words.size();
  if (numbers < coordinates || numbers + 1 < count) return {};
  constexpr std::size_t box = 4;
  switch (count - 1 - coordinates) {
    case 0:
      return {count, 1};
    case 1: {  // a label before, a whole number, or a score behind, from 0 to 1
      const auto last = *finite_number(words.back());
      const bool has_score = !is_whole(words[1]) || (last >= 0 && last <= 1);
      return {count, has_score ? std::size_t{1} : std::size_t{2}};
    }
    case box:
    case box + 1:  // and a score
      return {count, 1 + box};
    default:
      return {};
  }
}

void LandmarkTable::take(std::string_view line, std::int64_t number) {
  const auto words = columns_of(line);
  if (form_.columns == 0) {
    form_ = form_of(words);
    constexpr std::int64_t most_headings = 2;
    if (form_.columns == 0 && number <= most_headings) return;  // a heading, perhaps
    if (form_.columns == 0)
      throw DataError("{}, line {}: expected a path and x1 y1 ... x5 y5, between commas, tabs or blanks",
                      name_, number);
  }
  if (words.size() != form_.columns)
    throw DataError("{}, line {}: {} columns, where the lines before have {}", name_, number, words.size(),
                    form_.columns);
  Landmarks points;
  for (std::size_t i = 0; i < coordinates; ++i) {
    const auto& word = words[form_.points + i];
    const auto value = finite_number(word);
    if (!value) throw DataError("{}, line {}: \"{}\" is no coordinate", name_, number, printable(word));
    (i % 2 == 0 ? points[i / 2].x : points[i / 2].y) = *value;
  }
  const auto row = static_cast<std::uint32_t>(rows_.size());
  rows_.push_back(texts_.size());
  texts_.append(words[0]).push_back('\0');
  points_.push_back(points);
  keys_.emplace_back(hash(stem(two_names(words[0]))), row);
}

void LandmarkTable::finish() {
  if (points_.empty())
    throw DataError("{} has no landmarks: a line is expected to have a path and x1 y1 ... x5 y5", name_);
  std::ranges::sort(keys_);
}

const Landmarks& LandmarkTable::find(std::string_view path) const {
  int most = 0;
  std::vector<std::uint32_t> best;
  for (const auto wanted : {stem(two_names(path)), stem(last_name(path))}) {
    for (auto key = std::ranges::lower_bound(keys_, hash(wanted), {}, &Key::first);
         key != keys_.end() && key->first == hash(wanted); ++key) {
      const int common = names_in_common(stem(path), stem(this->path(key->second)));
      if (common > most) best.clear();
      most = std::max(most, common);
      if (common == most && common > 0) best.push_back(key->second);
    }
    if (!best.empty()) break;
  }
  if (best.empty()) throw DataError("{} has no landmarks of \"{}\"", name_, printable(path));
  for (const auto row : best)
    if (points_[row] != points_[best[0]])
      throw DataError("{} has landmarks of {} and of {}, either of which may be \"{}\"", name_,
                      this->path(best[0]), this->path(row), printable(path));
  return points_[best[0]];
}

}  // namespace fedfr::data
