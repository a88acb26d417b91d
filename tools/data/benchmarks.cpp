#include "benchmarks.hpp"

#include <fmt/format.h>

#include "fedfr/core/file.hpp"
#include "fedfr/data/split/pairs.hpp"
#include "fedfr/data/storage/collection_index.hpp"

// Verification benchmarks from LFW's pairs.txt or drawn at random. The commands `pairs` and `split` make the
// same ones. Who was trained on may be left out, since a pair of known people would flatter the model.
namespace fedfr::tool {

std::string make_lfw_benchmark(const std::filesystem::path& pairs_txt, const data::Dataset& collection,
                               const std::vector<std::filesystem::path>& exclude,
                               const std::filesystem::path& output) {
  auto protocol = data::parse_lfw_pairs(read_input(pairs_txt), pairs_txt.string());
  const std::size_t all = protocol.pairs.size();
  for (const auto& folder : exclude) {
    const auto names = data::all_identity_names(data::Dataset(folder));
    data::exclude_identities(protocol, {names.begin(), names.end()});
  }
  const auto pairs = data::resolve_pairs(protocol, collection, pairs_txt.string());
  data::write_benchmark(collection, pairs, output);
  std::string text = data::describe(pairs);
  if (!exclude.empty())
    text +=
        fmt::format("{} of {} pairs touch excluded identities and were dropped\n", all - pairs.size(), all);
  return text;
}

std::string draw_benchmark(const data::Dataset& people, std::int64_t genuine, std::int64_t impostor,
                           int folds, std::uint64_t seed, const std::filesystem::path& output) {
  const auto pairs = data::draw_pairs(people, genuine, impostor, folds, seed);
  data::write_benchmark(people, pairs, output);
  return data::describe(pairs);
}

}  // namespace fedfr::tool
