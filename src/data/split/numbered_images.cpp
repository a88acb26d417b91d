// Looks images up by the numbers in their names, reading the names of a person when that person is first
// asked for.
#include "numbered_images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "near_names.hpp"

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
  throw DataError("{}: {} has no identity \"{}\"{}", place, collection_.path().string(), name,
                  hint_of_nearest(name, index_.names));
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
