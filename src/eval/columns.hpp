#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Tables of text for a terminal.
namespace fedfr::eval {

inline bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

/// Code points of UTF-8, which take one column each here.
inline std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

enum class LastColumn { numbers, words };

/// Columns of one table: cells are padded to the widest of their column; numbers end in line, names and words
/// begin so.
class Columns {
 public:
  explicit Columns(LastColumn last = LastColumn::numbers) : last_(last) {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
      for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
    std::string all;
    for (const auto& row : rows_) {
      std::string cells = fmt::format("{:<{}}", row[0], widths[0]);
      for (std::size_t c = 1; c < row.size(); ++c)
        cells += last_ == LastColumn::words && c + 1 == row.size()
                     ? "  " + row[c]
                     : fmt::format("  {:>{}}", row[c], widths[c]);
      all += cells + '\n';
    }
    return all;
  }

 private:
  LastColumn last_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace fedfr::eval
