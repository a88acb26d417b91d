// Who is meant by lists of people, and what becomes of a collection when only they count. A name that the
// collection does not have is no mistake in itself, since a list may be that of a larger set; but it may be
// misspelt, and then somebody stays in who should not. So such names are told, with what may be meant.
#include "fedfr/data/split/people.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "near_names.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// Names of files have no more (POSIX), and people are called by those of folders.
constexpr std::size_t longest_name = 4096;

/// @param known  names of the collection's people
std::vector<std::string> warnings_of(const People& listed, const std::string& file,
                                     const std::vector<std::string>& known, const std::string& collection) {
  constexpr std::size_t most_named = 3;
  std::vector<std::string> unknown, named;
  std::ranges::set_difference(listed, known, std::back_inserter(unknown));
  for (const auto& name : std::span(unknown).first(std::min(most_named, unknown.size())))
    named.push_back(fmt::format("\"{}\"{}", name, hint_of_nearest(name, known)));
  if (unknown.empty()) return {};
  return {fmt::format("{} of the {} people of {} are not in {}: {}{}", unknown.size(), listed.size(), file,
                      collection, fmt::join(named, "; "), unknown.size() > most_named ? "; ..." : "")};
}

void refuse_nobody(std::size_t left, std::size_t all) {
  if (left == 0)
    throw DataError("none of the {} people of the collection is left by --only and --exclude", all);
}

}  // namespace

People parse_people(std::string_view text, const std::string& source) {
  People people;
  text = without_byte_order_mark(text);
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const auto line = next_part(text, '\n');
    if (trim(line).starts_with('#')) continue;
    const auto name = trim(line.substr(0, line.find('\t')));
    if (name.size() > longest_name || !is_utf8(name) || printable(name) != name)
      throw DataError(
          "{}, line {}: \"{}\" is no name of a person: a UTF-8 text with a name a line is expected", source,
          number, printable(name.substr(0, 64)));
    if (!name.empty()) people.emplace(name);
  }
  if (people.empty()) throw DataError("{} has no name of a person: a name a line is expected", source);
  return people;
}

PeopleLists read_people(std::span<const fs::path> sources, const Dataset& collection) {
  PeopleLists lists;
  const auto known = all_identity_names(collection);
  for (const auto& source : sources) {
    std::error_code unknown;
    if (fs::is_directory(source, unknown)) {
      lists.datasets.emplace_back(source);
      const auto all = all_identity_names(lists.datasets.back());
      lists.names.insert(all.begin(), all.end());
      continue;
    }
    const auto file = printable(source.string());
    auto listed = parse_people(read_input(source), file);
    std::ranges::move(warnings_of(listed, file, known, collection.path().string()),
                      std::back_inserter(lists.warnings));
    lists.names.merge(std::move(listed));
  }
  return lists;
}

void keep_chosen(CollectionIndex& index, const ChosenPeople& chosen) {
  CollectionIndex kept;
  for (std::size_t i = 0; i < index.names.size(); ++i) {
    if (!chosen.has(index.names[i])) continue;
    kept.names.push_back(std::move(index.names[i]));
    kept.images.push_back(std::move(index.images[i]));
  }
  refuse_nobody(kept.names.size(), index.names.size());
  index = std::move(kept);
}

SplitPlan plan_among(const CollectionIndex& index, const ChosenPeople& chosen, const Planning& plan) {
  std::vector<std::int64_t> among, counts;  // identities of the collection that are chosen, and their images
  Dropped others{"not among the people of --only, or of --exclude"};
  for (std::size_t i = 0; i < index.names.size(); ++i) {
    const auto images = std::ssize(index.images[i]);
    if (chosen.has(index.names[i])) {
      among.push_back(static_cast<std::int64_t>(i));
      counts.push_back(images);
    } else {
      ++others.identities;
      others.images += images;
    }
  }
  refuse_nobody(among.size(), index.names.size());
  auto made = plan(counts);
  const auto number_in_all = [&](Assignment& assignment) {
    for (auto& assigned : assignment) assigned.identity = among[static_cast<std::size_t>(assigned.identity)];
  };
  std::ranges::for_each(made.clients, number_in_all);
  std::ranges::for_each(made.public_parts, number_in_all);
  number_in_all(made.heldout);
  if (others.identities > 0) made.dropped.push_back(std::move(others));
  return made;
}

}  // namespace fedfr::data
