#include "fedfr/fl/client/client_data.hpp"

#include "fedfr/core/error.hpp"

// Which images a client trains with.
namespace fedfr::fl {

std::int64_t ClientData::size() const {
  std::int64_t total = 0;
  for (const auto& source : sources) total += std::ssize(source.indices);
  return total;
}

std::vector<std::int64_t> limited_indices(const data::ImageSet& images, data::Subset subset,
                                          int most_per_identity) {
  const auto all = images.indices(subset);
  if (most_per_identity <= 0) return all;
  std::vector<int> taken(static_cast<std::size_t>(images.identities()), 0);
  std::vector<std::int64_t> limited;
  for (const auto index : all) {
    const auto label = static_cast<std::size_t>(images.labels()[static_cast<std::size_t>(index)]);
    if (taken[label]++ < most_per_identity) limited.push_back(index);
  }
  return limited;
}

ClientData client_data(const data::Dataset& clients, ClientId id, int most_per_identity) {
  const data::ImageSet images = clients.client(id);
  ClientData data{
      .id = id, .name = clients.client_name(id), .sources = {}, .identities = images.identities()};
  data.sources.push_back({images, limited_indices(images, data::Subset::train, most_per_identity), 0});
  if (data.size() == 0)
    throw DataError(
        "client {} ({}) of {} has no training images: split the data anew, or leave this client out",
        value(id), data.name, clients.path().string());
  return data;
}

}  // namespace fedfr::fl
