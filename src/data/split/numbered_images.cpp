// Looks images up by the numbers in their names, reading the names of a person when that person is first
// asked for.
#include "numbered_images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "fedfr/core/error.hpp"

namespace fedfr::data {

namespace {

std::optional<std::int64_t> as_number(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number < 0) return std::nullopt;
  return number;
}

/// All numbers at the end of a name, behind the identity's: A_0001_2 may be image 1 or 2 of A.
std::set<std::int64_t> numbers_in(const std::string& image_name, const std::string& identity) {
  const auto stem = std::filesystem::path(image_name).stem().string();
  std::string_view rest = stem;
  if (rest.starts_with(identity + "_")) rest.remove_prefix(identity.size() + 1);
  std::set<std::int64_t> numbers;
  for (bool more = true; more;) {
    const auto underscore = rest.rfind('_');
    const auto number = as_number(rest.substr(underscore + 1));
    if (!number) break;
    numbers.insert(*number);
    more = underscore != std::string_view::npos;
    rest = rest.substr(0, underscore);
  }
  return numbers;
}

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

NumberedImages::NumberedImages(const Dataset& collection)
    : collection_(collection), index_(index_collection(collection)), all_(collection.all()) {
  for (std::size_t i = 0; i < index_.names.size(); ++i) identity_.emplace(index_.names[i], i);
}

std::int64_t NumberedImages::find(const std::string& identity, std::int64_t number,
                                  const std::string& place) {
  const auto found = identity_.find(identity);
  if (found == identity_.end()) refuse_identity(identity, place);
  const auto& numbers = numbers_of(found->second);
  const auto images = numbers.find(number);
  if (images == numbers.end()) refuse_number(found->second, number, place);
  if (images->second.size() > 1)
    throw DataError("{}: image {} of \"{}\" is both {} and {} in {}: rename one and import again", place,
                    number, identity, all_.source_name(images->second[0]),
                    all_.source_name(images->second[1]), collection_.path().string());
  return images->second[0];
}

const NumberedImages::ByNumber& NumberedImages::numbers_of(std::size_t identity) {
  const auto [found, is_new] = numbers_.try_emplace(identity);
  if (is_new)
    for (const auto image : index_.images[identity])
      for (const auto number : numbers_in(all_.source_name(image), index_.names[identity]))
        found->second[number].push_back(image);
  return found->second;
}

void NumberedImages::refuse_identity(const std::string& name, const std::string& place) const {
  const auto letters = letters_of(name);
  const auto distance = [&](const std::string& other) { return edits(letters, letters_of(other)); };
  const auto nearest = std::ranges::min_element(index_.names, {}, distance);
  std::string hint;
  if (nearest != index_.names.end())
    hint =
        distance(*nearest) == 0
            ? fmt::format(
                  "; \"{}\" looks the same, but Unicode writes its accents in two forms: bring folders and "
                  "pairs to one (convmv --nfc)",
                  *nearest)
            : fmt::format("; the nearest name is \"{}\"", *nearest);
  throw DataError("{}: {} has no identity \"{}\"{}", place, collection_.path().string(), name, hint);
}

void NumberedImages::refuse_number(std::size_t identity, std::int64_t number, const std::string& place) {
  const auto& name = index_.names[identity];
  const auto& numbers = numbers_of(identity);
  if (numbers.empty())
    throw DataError(
        "{}: {} has no image {} of \"{}\": the names of its images have no numbers, for example {}; LFW's "
        "pairs "
        "need {}_{:04}",
        place, collection_.path().string(), number, name, all_.source_name(index_.images[identity].front()),
        name, number);
  const auto nearest = std::ranges::min_element(
      numbers, {}, [&](const auto& entry) { return std::abs(entry.first - number); });
  throw DataError("{}: {} has no image {} of \"{}\" ({}_{:04}), only {} others; the nearest is {}", place,
                  collection_.path().string(), number, name, name, number, numbers.size(),
                  all_.source_name(nearest->second.front()));
}

}  // namespace fedfr::data
