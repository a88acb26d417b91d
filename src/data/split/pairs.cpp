// Turns pairs, however they were chosen, into a benchmark that holds only the images that they use.
#include "fedfr/data/split/pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "data/storage/stored_image.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/data/storage/collection_index.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "numbered_images.hpp"

namespace fedfr::data {

void keep_chosen(LfwProtocol& protocol, const ChosenPeople& chosen) {
  std::erase_if(protocol.pairs, [&](const LfwPair& pair) {
    return !chosen.has(pair.first_name) || !chosen.has(pair.second_name);
  });
}

std::vector<Pair> resolve_pairs(const LfwProtocol& protocol, const Dataset& collection,
                                const std::string& source) {
  NumberedImages images(collection);
  std::vector<Pair> pairs;
  for (const auto& pair : protocol.pairs) {
    const auto place = fmt::format("{}, line {}", source, pair.line);
    pairs.push_back({images.find(pair.first_name, pair.first_number, place),
                     images.find(pair.second_name, pair.second_number, place), pair.genuine(), pair.fold});
  }
  return pairs;
}

std::vector<Pair> draw_pairs(const Dataset& collection, std::int64_t genuine, std::int64_t impostor,
                             int folds, std::uint64_t seed, const ChosenPeople& chosen) {
  auto index = index_collection(collection);
  if (!chosen.is_everybody()) keep_chosen(index, chosen);
  const auto image = [&](std::int64_t identity, std::int64_t position) {
    return index.images[static_cast<std::size_t>(identity)][static_cast<std::size_t>(position)];
  };
  std::vector<Pair> pairs;
  for (const auto& drawn : draw_pairs(index.counts(), genuine, impostor, folds, seed)) {
    pairs.push_back({image(drawn.first_identity, drawn.first_image),
                     image(drawn.second_identity, drawn.second_image), drawn.genuine(), drawn.fold});
  }
  return pairs;
}

void write_benchmark(const Dataset& collection, const std::vector<Pair>& pairs,
                     const std::filesystem::path& folder) {
  for (const bool genuine : {true, false}) {
    if (std::ranges::none_of(pairs, [&](const Pair& pair) { return pair.genuine == genuine; }))
      throw DataError("{} would have no {} pair: verification needs both kinds", folder.string(),
                      genuine ? "genuine" : "impostor");
  }
  // Sorted, so that images keep the order of the collection whatever the order of the pairs.
  std::set<std::int64_t> used;
  for (const auto& pair : pairs) used.insert({pair.first, pair.second});

  DatasetWriter writer(folder, copy_options(collection, Role::benchmark));
  const ImageSet all = collection.all();
  ProgressBar bar("pairs", std::ssize(used));
  const auto index = index_collection(collection);
  std::map<std::int64_t, std::int64_t> new_index;
  std::vector<std::string> names;
  for (std::size_t identity = 0; identity < index.names.size(); ++identity) {
    std::vector<std::int64_t> images;
    std::ranges::copy_if(index.images[identity], std::back_inserter(images),
                         [&](auto i) { return used.contains(i); });
    if (images.empty()) continue;
    writer.begin_client(index.names[identity], std::ssize(images));
    for (const auto image : images) {
      new_index.emplace(image, std::ssize(new_index));
      // Images of a benchmark are test images, whatever they were in the collection.
      writer.add(stored_image(all, image, static_cast<std::int32_t>(names.size()), Subset::test));
      bar.advance();
    }
    names.push_back(index.names[identity]);
  }
  writer.set_identities(std::move(names));
  std::vector<Pair> renumbered = pairs;
  for (auto& pair : renumbered) {
    pair.first = new_index.at(pair.first);
    pair.second = new_index.at(pair.second);
  }
  writer.set_pairs(std::move(renumbered));
  writer.finish();
}

std::string describe(const std::vector<Pair>& pairs) {
  struct Count {
    std::int64_t genuine = 0, impostor = 0;
  };
  std::map<int, Count> folds;
  Count total;
  for (const auto& pair : pairs) {
    ++(pair.genuine ? folds[pair.fold].genuine : folds[pair.fold].impostor);
    ++(pair.genuine ? total.genuine : total.impostor);
  }
  std::string text = fmt::format("{:<6} {:>9} {:>9}\n", "fold", "genuine", "impostor");
  for (const auto& [fold, count] : folds)
    text += fmt::format("{:<6} {:>9} {:>9}\n", fold + 1, count.genuine, count.impostor);
  text += fmt::format("{:<6} {:>9} {:>9}\n", "all", total.genuine, total.impostor);
  return text;
}

}  // namespace fedfr::data
