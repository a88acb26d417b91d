// Looks images up by the numbers in their names, reading the names of a person when that person is first
// asked for.
#include "numbered_images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "fedfr/core/error.hpp"

namespace fedfr::data {

namespace {

std::optional<std::int64_t> number_in(const std::string& image_name) {
  const auto stem = std::filesystem::path(image_name).stem().string();
  const auto digits = std::string_view(stem).substr(stem.rfind('_') + 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number < 0) return std::nullopt;
  return number;
}

/// Letters to insert, delete or replace to make one text the other (Levenshtein 1966).
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j], row[j + 1], replaced - 1}) + 1);
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
      if (const auto number = number_in(all_.source_name(image))) found->second[*number].push_back(image);
  return found->second;
}

void NumberedImages::refuse_identity(const std::string& name, const std::string& place) const {
  const auto nearest = std::ranges::min_element(index_.names, {},
                                                [&](const std::string& other) { return edits(name, other); });
  throw DataError("{}: {} has no identity \"{}\"{}", place, collection_.path().string(), name,
                  nearest == index_.names.end() ? "" : fmt::format("; the nearest name is \"{}\"", *nearest));
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
