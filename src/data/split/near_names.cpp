// The nearest of many names by the letters that one would have to change, so that a message can name what was
// meant.
#include "near_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>

namespace fedfr::data {

namespace {

/// A name letter by letter, accents that stand alone with the letter before them.
std::vector<std::string> letters_of(std::string_view name) {
  std::vector<std::string> letters;
  for (std::size_t begin = 0, end = 0; begin < name.size(); begin = end) {
    for (end = begin + 1; end < name.size() && (name[end] & 0xC0) == 0x80; ++end) continue;
    const auto letter = name.substr(begin, end - begin);
    const bool is_accent = letter >= "\u0300" && letter <= "\u036F";  // combining diacritical marks
    if (is_accent && !letters.empty())
      letters.back() += letter;
    else
      letters.emplace_back(letter);
  }
  return letters;
}

/// Unicode has most letters with accents twice, as one character and as a letter with accents behind it.
bool may_be_same(const std::string& one, const std::string& other) {
  const auto is_composed = [](const std::string& letter) {
    return static_cast<unsigned char>(letter[0]) < 0x80 && letter.size() > 1;
  };
  const auto is_single = [](const std::string& letter) {
    return static_cast<unsigned char>(letter[0]) >= 0x80;
  };
  return one == other || (is_composed(one) && is_single(other)) || (is_single(one) && is_composed(other));
}

/// Letters to insert, delete or replace to make one text the other (Levenshtein 1966).
std::size_t edits(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (may_be_same(from[i], to[j]) ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, replaced}));
    }
  }
  return row.back();
}

}  // namespace

std::string hint_of_nearest(const std::string& name, const std::vector<std::string>& names) {
  const auto letters = letters_of(name);
  const auto distance = [&](const std::string& other) { return edits(letters, letters_of(other)); };
  const auto nearest = std::ranges::min_element(names, {}, distance);
  if (nearest == names.end()) return {};
  return distance(*nearest) == 0
             ? fmt::format(
                   "; \"{}\" looks the same, but Unicode writes its accents in two forms: bring folders and "
                   "lists to one (convmv --nfc)",
                   *nearest)
             : fmt::format("; the nearest name is \"{}\"", *nearest);
}

}  // namespace fedfr::data
