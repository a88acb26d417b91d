// Reads LFW's pairs.txt, as its authors and as editors on any system write it. Its columns are separated by
// tabs, so that a name may have blanks; where a line has no tab, blanks separate.
#include "fedfr/data/split/pairs_lfw.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

namespace {

/// Two names of folders (255 bytes each) and two numbers, with room to spare.
constexpr std::size_t longest_line = 4096;

std::vector<std::string> columns_of(std::string_view line) {
  const std::string_view separators = line.find('\t') == std::string_view::npos ? blanks : "\t";
  std::vector<std::string> columns;
  while (!line.empty()) {
    const auto end = std::min(line.find_first_of(separators), line.size());
    if (const auto column = trim(line.substr(0, end)); !column.empty()) columns.emplace_back(column);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return columns;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& source)
      : input_(std::string(without_byte_order_mark(text))), source_(source) {}

  LfwProtocol parse() {
    const auto header = next_line();
    if (header.empty() || header.size() > 2) fail("expected the number of folds and of pairs in each");
    LfwProtocol protocol;
    if (header.size() == 2)
      protocol.folds = static_cast<int>(std::min<std::int64_t>(number(header[0]), most_folds + 1));
    if (protocol.folds > most_folds) fail(fmt::format("there can be {} folds at most", most_folds));
    const std::int64_t pairs = number(header.back());
    for (int fold = 0; fold < protocol.folds; ++fold) {
      for (const bool genuine : {true, false}) {
        for (std::int64_t i = 0; i < pairs; ++i) protocol.pairs.push_back(next_pair(fold, genuine));
      }
    }
    if (!next_line().empty()) fail("more pairs than the first line promises");
    return protocol;
  }

 private:
  /// The columns of the next line that is not empty; none at the end.
  std::vector<std::string> next_line() {
    std::string text;
    while (std::getline(input_, text)) {
      ++line_;
      if (text.size() > longest_line)
        fail(
            fmt::format("a line of {} bytes is none of a list of pairs: is this another file?", text.size()));
      auto found = columns_of(trim(text));
      if (!found.empty()) return found;
    }
    return {};
  }

  LfwPair next_pair(int fold, bool genuine) {
    const auto words = next_line();
    if (words.empty()) fail("fewer pairs than the first line promises");
    if (words.size() != (genuine ? 3U : 4U))
      fail(std::string(genuine ? "expected a matched pair, \"name i j\""
                               : "expected a mismatched pair, \"name i name j\"") +
           "; a name that has blanks needs tabs between the columns");
    LfwPair pair;
    pair.first_name = words[0];
    pair.second_name = words[genuine ? 0 : 2];
    pair.first_number = number(words[1]);
    pair.second_number = number(words.back());
    pair.fold = fold;
    pair.line = line_;
    if (!genuine && pair.genuine()) fail("a mismatched pair needs two names");
    if (genuine && pair.first_number == pair.second_number) fail("a pair of an image with itself");
    return pair;
  }

  std::int64_t number(const std::string& word) const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || value < 1)
      fail("expected a number from 1 instead of \"" + printable(word) + "\"");
    return value;
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw DataError("{}, line {}: {}", source_, std::max<std::int64_t>(line_, 1), why);
  }

  std::istringstream input_;
  const std::string& source_;
  std::int64_t line_ = 0;
};

}  // namespace

LfwProtocol parse_lfw_pairs(std::string_view text, const std::string& source) {
  return Parser(text, source).parse();
}

}  // namespace fedfr::data
