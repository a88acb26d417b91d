#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/data/split/split_plan.hpp"
#include "fedfr/data/storage/collection_index.hpp"

/// Which people of a collection are wanted: all, only those of some lists, without those of others.
namespace fedfr::data {

using People = std::set<std::string>;  ///< by name

struct ChosenPeople {
  std::optional<People> only = std::nullopt;  ///< nothing: everybody
  People excluded{};                          ///< these never, whether `only` has them or not
  bool has(const std::string& name) const {
    return (!only || only->contains(name)) && !excluded.contains(name);
  }
  bool is_everybody() const { return !only && excluded.empty(); }
};

/// A text with a name a line: UTF-8; blank lines and those that begin with # are passed over, and of a line
/// what is behind a tab (LFW's lists have the number of images there).
/// @throws DataError naming source and line for what is no name, and a text without any
People parse_people(std::string_view text, const std::string& source);

/// What users name on the command line: datasets, of which all people are meant, and files with names.
struct PeopleLists {
  People names{};
  std::vector<Dataset> datasets{};
  std::vector<std::string> warnings{};  ///< of names in files that the collection does not have
};

/// @param collection  whose people the names are compared with
/// @throws DataError naming file and line, and if a path is neither a dataset nor a file of names
PeopleLists read_people(std::span<const std::filesystem::path> sources, const Dataset& collection);

/// Takes the people that are not chosen out of an index.
/// @throws DataError if nobody is left
void keep_chosen(CollectionIndex& index, const ChosenPeople& chosen);

using Planning = std::function<SplitPlan(std::span<const std::int64_t> image_counts)>;

/// What `plan` makes as if the collection had only the people who are chosen, in terms of the whole
/// collection, of which the others are dropped.
/// @param index  of the whole collection
/// @throws DataError if nobody is left
SplitPlan plan_among(const CollectionIndex& index, const ChosenPeople& chosen, const Planning& plan);

}  // namespace fedfr::data
