#include "fedfr/data/inspect/people_sample.hpp"

#include <utility>

#include "identity_list.hpp"

namespace fedfr::data {

PeopleSample sample_people(const Dataset& dataset, std::int64_t most_people) {
  auto identities = list_identities(dataset);
  std::erase_if(identities, [](const ListedIdentity& identity) { return identity.images.size() < 2; });
  std::vector<std::int64_t> which;
  PeopleSample sample{.size = dataset.image_size(), .pixels = {}, .people = {}};
  std::int32_t person = 0;
  for (const auto& identity : spread(std::move(identities), most_people)) {
    for (const std::int64_t image : {identity.images.front(), identity.images.back()}) {
      which.push_back(image);
      sample.people.push_back(person);
    }
    ++person;
  }
  sample.pixels.resize(which.size() * static_cast<std::size_t>(sample.size.bytes()));
  if (!which.empty()) dataset.all().read(which, sample.pixels);
  return sample;
}

}  // namespace fedfr::data
