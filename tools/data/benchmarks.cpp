#include "benchmarks.hpp"

#include <fmt/format.h>

#include <vector>

#include "fedfr/data/inspect/overlap.hpp"
#include "fedfr/data/split/pair_list.hpp"
#include "fedfr/data/split/pairs.hpp"

// Verification benchmarks from lists of pairs or drawn at random. The commands `pairs` and `split` make the
// same ones. Who was trained on may be left out, since a pair of known people would flatter the model.
namespace fedfr::tool {

namespace {

std::string common_images(const Choice& choice, const std::filesystem::path& made) {
  std::string text;
  for (const auto& warning : data::overlap_warnings(choice.excluded, std::vector{data::Dataset(made)}))
    text += "warning: " + warning + "\n";
  return text;
}

}  // namespace

std::string make_listed_benchmark(const std::filesystem::path& list, const std::string& cfp_kind,
                                  const data::Dataset& collection, const PeopleOptions& people,
                                  const std::filesystem::path& output) {
  const auto choice = choose(people, collection);
  const auto listed = data::read_pair_list(list, cfp_kind, collection, choice.people);
  data::write_benchmark(collection, listed.pairs, output);
  std::string text = fmt::format("{} is {}\n{}", list.string(), listed.kind, data::describe(listed.pairs));
  for (const auto& remark : listed.remarks) text += remark + "\n";
  if (people.are_given())
    text += fmt::format("{} of {} pairs touch {} and were dropped\n", listed.dropped,
                        listed.dropped + std::ssize(listed.pairs),
                        people.only.empty() ? "excluded people" : "people who are not chosen");
  return text + common_images(choice, output);
}

std::string draw_benchmark(const data::Dataset& collection, std::int64_t genuine, std::int64_t impostor,
                           int folds, std::uint64_t seed, const PeopleOptions& people,
                           const std::filesystem::path& output) {
  const auto choice = choose(people, collection);
  const auto pairs = data::draw_pairs(collection, genuine, impostor, folds, seed, choice.people);
  data::write_benchmark(collection, pairs, output);
  return data::describe(pairs) + common_images(choice, output);
}

}  // namespace fedfr::tool
