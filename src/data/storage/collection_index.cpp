// People of a dataset by name and number. Their order is that of their first image, which seeds of a split
// refer to.
#include "fedfr/data/storage/collection_index.hpp"

#include <algorithm>

#include "fedfr/core/error.hpp"

namespace fedfr::data {

std::vector<std::int64_t> CollectionIndex::counts() const {
  std::vector<std::int64_t> counts;
  for (const auto& of_identity : images) counts.push_back(std::ssize(of_identity));
  return counts;
}

CollectionIndex index_collection(const Dataset& dataset) {
  if (dataset.role() == Role::clients)
    throw DataError("{} is already a set of clients: give the collection that it was made from",
                    dataset.path().string());
  const auto names = dataset.identity_names(ClientId{0});
  auto sorted = names;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    throw DataError("{} has two identities named \"{}\": rename one, since names tell identities apart",
                    dataset.path().string(), *twice);
  CollectionIndex index;
  constexpr std::size_t not_met = SIZE_MAX;
  std::vector<std::size_t> place(names.size(), not_met);  // by label
  const auto labels = dataset.all().labels();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto& at = place[static_cast<std::size_t>(labels[i])];
    if (at == not_met) {
      at = index.names.size();
      index.names.push_back(names[static_cast<std::size_t>(labels[i])]);
      index.images.emplace_back();
    }
    index.images[at].push_back(static_cast<std::int64_t>(i));
  }
  return index;
}

std::vector<std::string> all_identity_names(const Dataset& dataset) {
  std::vector<std::string> names;
  const std::int64_t clients = dataset.role() == Role::clients ? dataset.clients() : 1;
  for (std::int64_t client = 0; client < clients; ++client) {
    const auto of_client = dataset.identity_names(ClientId{client});
    names.insert(names.end(), of_client.begin(), of_client.end());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace fedfr::data
