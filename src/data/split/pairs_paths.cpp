// Lists of pairs have as many forms as programs that write them. What a column is shows in the first line, by
// names or by where the flag stands; from then on every line has to be alike.
#include "fedfr/data/split/pairs_paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include "fedfr/core/csv.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

namespace {

/// Two paths and two numbers, with room to spare.
constexpr std::size_t longest_line = 16384;

using Words = std::vector<std::string>;

std::optional<bool> flag_of(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "1" || lower == "true") return true;
  if (lower == "0" || lower == "-1" || lower == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> number_of(std::string_view word) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

Words words_of(std::string_view line) {
  Words words;
  if (line.find(',') != std::string_view::npos) {
    for (const auto& field : csv_fields(line)) words.emplace_back(trim(field));
    return words;
  }
  const std::string_view separators = line.find('\t') == std::string_view::npos ? blanks : "\t";
  while (!line.empty()) {
    const auto end = std::min(line.find_first_of(separators), line.size());
    if (const auto word = trim(line.substr(0, end)); !word.empty()) words.emplace_back(word);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

/// Where in a line stands what.
struct Columns {
  std::size_t count = 0;
  std::size_t first = 0, second = 0, same = 0;
  std::optional<std::size_t> fold{};
  bool are_named = false;
};

std::optional<std::size_t> find_column(const Words& words, std::initializer_list<std::string_view> names) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string lower = words[i];
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (std::ranges::find(names, lower) != names.end()) return i;
  }
  return std::nullopt;
}

std::optional<Columns> named_columns(const Words& words) {
  const auto first = find_column(words, {"first", "path1", "image1", "img1", "file1", "first_path", "a"});
  const auto second = find_column(words, {"second", "path2", "image2", "img2", "file2", "second_path", "b"});
  const auto same = find_column(words, {"same", "is_same", "issame", "label", "genuine", "match"});
  if (!first || !second || !same) return std::nullopt;
  return Columns{words.size(), *first, *second, *same, find_column(words, {"fold", "split"}), true};
}

std::optional<Columns> guessed_columns(const Words& words) {
  const auto is_flag = [&](std::size_t i) { return flag_of(words[i]).has_value(); };
  if (words.size() == 3 && is_flag(2) && !is_flag(1)) return Columns{3, 0, 1, 2};
  if (words.size() == 3 && is_flag(0)) return Columns{3, 1, 2, 0};
  if (words.size() == 4 && is_flag(3) && number_of(words[0])) return Columns{4, 1, 2, 3, 0};
  return std::nullopt;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& source)
      : input_(std::string(without_byte_order_mark(text))), source_(source) {}

  PathProtocol parse() {
    std::string line;
    while (std::getline(input_, line)) {
      ++line_;
      if (line.size() > longest_line)
        fail(
            fmt::format("a line of {} bytes is none of a list of pairs: is this another file?", line.size()));
      if (const auto words = words_of(trim(line)); !words.empty()) take(words);
    }
    if (protocol_.pairs.empty()) fail("it has no pairs");
    number_folds();
    return std::move(protocol_);
  }

 private:
  void take(const Words& words) {
    if (columns_.count == 0) {
      if (const auto named = named_columns(words)) {
        columns_ = *named;
        return;
      }
      const auto guessed = guessed_columns(words);
      if (!guessed)
        fail(fmt::format(
            "\"{}\" is no pair: expected names of columns (fold,first,second,same) or two paths and 0 or "
            "1",
            printable(fmt::format("{}", fmt::join(words, " ")))));
      columns_ = *guessed;
    }
    if (words.size() != columns_.count)
      fail(fmt::format("{} columns, where the first line has {}", words.size(), columns_.count));
    const auto same = flag_of(words[columns_.same]);
    if (!same) fail(fmt::format("\"{}\" is neither 0 nor 1", printable(words[columns_.same])));
    PathPair pair{words[columns_.first], words[columns_.second], *same, 0, place()};
    if (pair.first.empty() || pair.second.empty()) fail("a path is missing");
    if (pair.first == pair.second) fail("a pair of an image with itself");
    if (columns_.fold) {
      const auto fold = number_of(words[*columns_.fold]);
      if (!fold) fail(fmt::format("\"{}\" is no number of a fold", printable(words[*columns_.fold])));
      folds_.push_back(*fold);
    }
    protocol_.pairs.push_back(std::move(pair));
  }

  /// Folds are those numbers that there are, by size. As many numbers as lines are numbers of lines.
  void number_folds() {
    const std::set<std::int64_t> all(folds_.begin(), folds_.end());
    const bool are_lines = !columns_.are_named && all.size() > 1 && all.size() == protocol_.pairs.size();
    if (folds_.empty() || are_lines) return make_ten_folds(protocol_);
    if (std::ssize(all) > most_folds) fail(fmt::format("there can be {} folds at most", most_folds));
    const std::vector<std::int64_t> numbers(all.begin(), all.end());
    protocol_.folds = static_cast<int>(numbers.size());
    for (std::size_t i = 0; i < folds_.size(); ++i)
      protocol_.pairs[i].fold =
          static_cast<int>(std::ranges::lower_bound(numbers, folds_[i]) - numbers.begin());
  }

  std::string place() const { return fmt::format("{}, line {}", source_, std::max<std::int64_t>(line_, 1)); }
  [[noreturn]] void fail(const std::string& why) const { throw DataError("{}: {}", place(), why); }

  std::istringstream input_;
  const std::string& source_;
  std::int64_t line_ = 0;
  Columns columns_;
  std::vector<std::int64_t> folds_;  // of the pairs, as the list has them
  PathProtocol protocol_;
};

}  // namespace

PathProtocol parse_path_pairs(std::string_view text, const std::string& source) {
  return Parser(text, source).parse();
}

void make_ten_folds(PathProtocol& protocol) {
  constexpr std::size_t folds = 10;
  const auto count = protocol.pairs.size();
  protocol.folds_are_given = false;
  protocol.folds = count < folds ? 1 : static_cast<int>(folds);
  if (count < folds) return;
  for (std::size_t fold = 0, next = 0; fold < folds; ++fold)
    for (const auto end = next + count / folds + (fold < count % folds ? 1 : 0); next < end; ++next)
      protocol.pairs[next].fold = static_cast<int>(fold);
}

}  // namespace fedfr::data
