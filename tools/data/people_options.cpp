#include "people_options.hpp"

#include <filesystem>
#include <utility>

#include "common/parse.hpp"
#include "fedfr/core/standard_streams.hpp"

namespace fedfr::tool {

namespace po = boost::program_options;

void add_people_options(po::options_description& described, PeopleOptions& options,
                        const std::string& about) {
  const std::string source = "a dataset, or a text file with a name a line (repeatable)";
  described.add_options()  //
      ("only", path_option(options.only)->composing(),
       ("only " + about + " these people: " + source).c_str())  //
      ("exclude", path_option(options.exclude)->composing(),
       ("no " + about + " these people: " + source).c_str());
}

Choice choose(const PeopleOptions& options, const data::Dataset& collection) {
  const auto read = [&](const std::vector<std::string>& sources) {
    auto lists =
        data::read_people(std::vector<std::filesystem::path>(sources.begin(), sources.end()), collection);
    for (const auto& warning : lists.warnings) complain("warning: " + warning);
    return lists;
  };
  Choice choice;
  if (!options.only.empty()) choice.people.only = read(options.only).names;
  auto excluded = read(options.exclude);
  choice.people.excluded = std::move(excluded.names);
  choice.excluded = std::move(excluded.datasets);
  return choice;
}

}  // namespace fedfr::tool
