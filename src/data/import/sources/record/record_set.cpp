#include "record_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "data/import/lines.hpp"
#include "fedfr/core/text.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// A whole number from 0, of the whole text; im2rec writes some as 3.000000.
template <class T>
std::optional<T> whole_number(std::string_view text) {
  if (const auto dot = text.find('.');
      dot != std::string_view::npos && text.find_first_not_of('0', dot + 1) == std::string_view::npos)
    text = text.substr(0, dot);
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
  return value;
}

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> all;
  while (!line.empty()) all.push_back(trim(next_part(line, '\t')));
  return all;
}

fs::path beside(fs::path file, const char* ending) { return file.replace_extension(ending); }

bool is_file(const fs::path& path) {
  std::error_code unknown;
  return fs::is_regular_file(path, unknown);
}

std::string_view last_name(std::string_view path) { return path.substr(path.find_last_of("/\\") + 1); }

}  // namespace

RecordKeys::RecordKeys(const fs::path& record_file, const fs::path& scratch)
    : name_(beside(record_file, ".idx").string()), keys_(scratch) {
  exists_ = is_file(name_);
  if (!exists_) return;
  for_each_line(fs::path(name_), [&](std::string_view line, std::int64_t number) { take(line, number); });
  advance();
}

RecordKeys::RecordKeys(std::string_view text, const std::string& name) : name_(name), exists_(true) {
  for_each_line(text, name, [&](std::string_view line, std::int64_t number) { take(line, number); });
  advance();
}

void RecordKeys::take(std::string_view line, std::int64_t number) {
  const auto words = columns(line);
  const auto key = whole_number<std::uint64_t>(words[0]);
  const auto offset = words.size() == 2 ? whole_number<std::int64_t>(words[1]) : std::nullopt;
  if (!key || !offset)
    throw DataError("{}, line {}: expected a key, a tab and an offset in the .rec file", printable(name_),
                    number);
  keys_.add(ordered_bytes(static_cast<std::uint64_t>(*offset)) + ordered_bytes(*key));
}

void RecordKeys::advance() {
  std::string_view text;
  offset_.reset();
  if (!keys_.next(text)) return;
  offset_ = number_of_ordered<std::uint64_t>(text);
  key_ = number_of_ordered<std::uint64_t>(text.substr(sizeof *offset_));
}

bool RecordKeys::find(std::int64_t offset, std::uint64_t& key) {
  const auto wanted = static_cast<std::uint64_t>(offset);
  while (offset_ && *offset_ < wanted) advance();
  if (offset_ != wanted) return false;
  key = *key_;
  for (; offset_ == wanted; advance()) ++found_;
  return true;
}

void RecordKeys::check_all_were_found() const {
  if (found_ < keys_.size())
    throw DataError(
        "{} is not the index of the .rec beside it: at {} of its {} offsets no record begins; move it away "
        "to import "
        "without it",
        printable(name_), keys_.size() - found_, keys_.size());
}

RecordNames::RecordNames(const fs::path& record_file, const fs::path& scratch) : names_(scratch) {
  const auto list = beside(record_file, ".lst");
  if (!is_file(list)) return;
  std::uint64_t lines = 0;
  for_each_line(list, [&](std::string_view line, std::int64_t number) {
    const auto words = columns(line);
    const auto first = whole_number<std::uint64_t>(words[0]);
    if (words.size() < 3 || !first)
      throw DataError(
          "{}, line {}: expected a key, labels and a path, or a flag, a path and a label, between tabs",
          printable(list.string()), number);
    const bool is_of_im2rec = whole_number<std::uint64_t>(words[1]).has_value();
    ++lines;  // which are the keys of InsightFace
    names_.add(ordered_bytes(is_of_im2rec ? *first : lines) + ordered_bytes(lines) +
               std::string(last_name(is_of_im2rec ? words.back() : words[1])));
  });
}

std::string_view RecordNames::find(std::uint64_t key) {
  bool is_there = true;
  if (!std::exchange(is_begun_, true)) is_there = names_.next(next_);
  while (is_there && number_of_ordered<std::uint64_t>(next_) < key) is_there = names_.next(next_);
  if (!is_there) next_ = {};
  if (next_.empty() || number_of_ordered<std::uint64_t>(next_) != key) return {};
  return next_.substr(2 * sizeof key);
}

std::int64_t promised_identities(const fs::path& record_file) {
  const auto property = record_file.parent_path() / "property";
  if (!is_file(property)) return -1;
  const std::string text = read_text(property, most_bytes_of_options);
  std::string_view rest = text;
  return whole_number<std::int64_t>(trim(next_part(rest, ','))).value_or(-1);
}

}  // namespace fedfr::data
