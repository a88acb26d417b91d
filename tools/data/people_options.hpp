#pragma once
#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "fedfr/data/split/people.hpp"

namespace fedfr::tool {

/// Which people a command is about: the options --only and --exclude, each a dataset or a file of names.
struct PeopleOptions {
  std::vector<std::string> only{}, exclude{};
  bool are_given() const { return !only.empty() || !exclude.empty(); }
};

/// @param about  what the people are of: "pairs of"
void add_people_options(boost::program_options::options_description& described, PeopleOptions& options,
                        const std::string& about);

struct Choice {
  data::ChosenPeople people{};
  std::vector<data::Dataset> excluded{};  ///< whose people are left out
};

/// Warns at once of names that the collection does not have.
/// @throws DataError naming file and line
Choice choose(const PeopleOptions& options, const data::Dataset& collection);

}  // namespace fedfr::tool
