#include "identity_list.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fedfr::data {

namespace {

void append(std::vector<ListedIdentity>& list, std::int64_t client, const std::vector<std::string>& names,
            const ImageSet& images, std::int64_t first_image) {
  const std::size_t before = list.size();
  for (const auto& name : names) list.push_back({client, name, {}});
  const auto labels = images.labels();
  for (std::size_t i = 0; i < labels.size(); ++i)
    list[before + static_cast<std::size_t>(labels[i])].images.push_back(first_image +
                                                                        static_cast<std::int64_t>(i));
}

}  // namespace

std::vector<ListedIdentity> list_identities(const Dataset& dataset) {
  std::vector<ListedIdentity> list;
  if (dataset.role() != Role::clients) {
    append(list, 0, dataset.identity_names(ClientId{0}), dataset.all(), 0);
    return list;
  }
  std::int64_t first_image = 0;
  for (std::int64_t client = 0; client < dataset.clients(); ++client) {
    const auto images = dataset.client(ClientId{client});
    append(list, client, dataset.identity_names(ClientId{client}), images, first_image);
    first_image += images.size();
  }
  return list;
}

std::vector<ListedIdentity> spread(std::vector<ListedIdentity> all, std::int64_t most) {
  const std::int64_t count = std::min(most, std::ssize(all));
  std::vector<ListedIdentity> chosen;
  for (std::int64_t i = 0; i < count; ++i)
    chosen.push_back(std::move(all[static_cast<std::size_t>(i * std::ssize(all) / count)]));
  return chosen;
}

}  // namespace fedfr::data
