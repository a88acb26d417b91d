#include "benchmarks.hpp"

#include <fmt/format.h>

#include <set>

#include "fedfr/data/inspect/overlap.hpp"
#include "fedfr/data/split/pair_list.hpp"
#include "fedfr/data/split/pairs.hpp"
#include "fedfr/data/storage/collection_index.hpp"

// Verification benchmarks from lists of pairs or drawn at random. The commands `pairs` and `split` make the
// same ones. Who was trained on may be left out, since a pair of known people would flatter the model.
namespace fedfr::tool {

std::string make_listed_benchmark(const std::filesystem::path& list, const std::string& cfp_kind,
                                  const data::Dataset& collection,
                                  const std::vector<std::filesystem::path>& exclude,
                                  const std::filesystem::path& output) {
  std::set<std::string> excluded;
  std::vector<data::Dataset> trained;
  for (const auto& folder : exclude) {
    trained.emplace_back(folder);
    for (auto& name : data::all_identity_names(trained.back())) excluded.insert(std::move(name));
  }
  const auto listed = data::read_pair_list(list, cfp_kind, collection, excluded);
  data::write_benchmark(collection, listed.pairs, output);
  std::string text = fmt::format("{} is {}\n{}", list.string(), listed.kind, data::describe(listed.pairs));
  for (const auto& remark : listed.remarks) text += remark + "\n";
  if (!exclude.empty())
    text += fmt::format("{} of {} pairs touch excluded identities and were dropped\n", listed.dropped,
                        listed.dropped + std::ssize(listed.pairs));
  const std::vector made{data::Dataset(output)};
  for (const auto& warning : data::overlap_warnings(trained, made)) text += "warning: " + warning + "\n";
  return text;
}

std::string draw_benchmark(const data::Dataset& people, std::int64_t genuine, std::int64_t impostor,
                           int folds, std::uint64_t seed, const std::filesystem::path& output) {
  const auto pairs = data::draw_pairs(people, genuine, impostor, folds, seed);
  data::write_benchmark(people, pairs, output);
  return data::describe(pairs);
}

}  // namespace fedfr::tool
