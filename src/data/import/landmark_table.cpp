// Paths are looked up by a hash of their last two names, since programs write them with more or fewer folders
// before these; which of several is meant the rest of the path decides. The rows of a table may be many, so
// they lie in a scratch file, sorted by that hash, and memory has where those begin that have the same first
// bits.
#include "landmark_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>

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

constexpr std::size_t key_bytes = 2 * sizeof(std::uint64_t);  // of a row: hash, line

std::size_t bucket_of(std::uint64_t hash, std::size_t buckets) {  // a power of two from 2
  return static_cast<std::size_t>(hash >> static_cast<unsigned>(64 - std::countr_zero(buckets)));
}

bool is_whole(const std::string& word) { return word.find_first_not_of("0123456789-") == std::string::npos; }

}  // namespace

LandmarkTable::LandmarkTable(const std::filesystem::path& file, const std::filesystem::path& scratch)
    : name_(printable(file.string())), sorted_(scratch), rows_(scratch) {
  for_each_line(file, [&](std::string_view line, std::int64_t number) { take(line, number); });
  finish();
}

LandmarkTable LandmarkTable::of_text(std::string_view text, const std::string& name) {
  LandmarkTable table(name);
  for_each_line(text, name, [&](std::string_view line, std::int64_t number) { table.take(line, number); });
  table.finish();
  return table;
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
  std::string row =
      ordered_bytes(hash(stem(two_names(words[0])))) + ordered_bytes(static_cast<std::uint64_t>(number));
  row.append(reinterpret_cast<const char*>(points.data()), sizeof points);
  sorted_.add(row + words[0]);
}

void LandmarkTable::finish() {
  if (size() == 0)
    throw DataError("{} has no landmarks: a line is expected to have a path and x1 y1 ... x5 y5", name_);
  constexpr std::uint64_t most_buckets = std::uint64_t{1} << 16U;
  buckets_.resize(
      std::bit_ceil(std::clamp(static_cast<std::uint64_t>(size()), std::uint64_t{2}, most_buckets)));
  std::size_t filled = 0;
  for (std::string_view row; sorted_.next(row);) {
    const auto bucket = bucket_of(number_of_ordered<std::uint64_t>(row), buckets_.size());
    while (filled <= bucket) buckets_[filled++] = rows_.size();
    const auto bytes = static_cast<std::uint32_t>(row.size());
    rows_.add(std::as_bytes(std::span(&bytes, 1)));
    rows_.add(row);
  }
  while (filled < buckets_.size()) buckets_[filled++] = rows_.size();
}

void LandmarkTable::look_for(std::string_view end, std::string_view path, Best& best) const {
  const auto wanted = hash(end);
  const auto bucket = bucket_of(wanted, buckets_.size());
  const auto begin = buckets_[bucket];
  const auto next = bucket + 1 < buckets_.size() ? buckets_[bucket + 1] : rows_.size();
  constexpr std::uint64_t most_at_once = std::uint64_t{1} << 16U;
  ScratchReader reader(rows_, begin, next, static_cast<std::size_t>(std::min(next - begin, most_at_once)));
  while (!reader.at_end()) {
    const auto row = reader.take(reader.take_number<std::uint32_t>());
    if (number_of_ordered<std::uint64_t>(row) != wanted) continue;
    Landmarks points;
    row.substr(key_bytes).copy(reinterpret_cast<char*>(points.data()), sizeof points);
    const auto found = row.substr(key_bytes + sizeof points);
    const int common = names_in_common(stem(path), stem(found));
    if (common > best.common)
      best = {common, points, std::string(found)};
    else if (common == best.common && common > 0 && best.other.empty() && points != best.points)
      best.other = found;
  }
}

Landmarks LandmarkTable::find(std::string_view path) const {
  Best best;
  for (const auto end : {stem(two_names(path)), stem(last_name(path))}) {
    look_for(end, path, best);
    if (best.common > 0) break;
  }
  if (best.common == 0) throw DataError("{} has no landmarks of \"{}\"", name_, printable(path));
  if (!best.other.empty())
    throw DataError("{} has landmarks of {} and of {}, either of which may be \"{}\"", name_, best.path,
                    best.other, printable(path));
  return best.points;
}

}  // namespace fedfr::data
