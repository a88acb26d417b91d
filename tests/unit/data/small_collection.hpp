#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"

namespace fedfr::data::test {

constexpr ImageSize tiny{2, 2};

/// A collection of identities "id_0", ... whose images say who they are: red is the identity, green the
/// image's number from 1, which its file name "id_0_0001.jpg" has as well.
/// @param skipped  image number that is missing in every identity (0: none)
inline Dataset make_small_collection(const std::filesystem::path& folder,
                                     const std::vector<std::int64_t>& counts, std::int64_t skipped = 0) {
  DatasetWriter writer(folder, {.role = Role::collection, .size = tiny});
  std::vector<std::string> names;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    names.push_back(fmt::format("id_{}", i));
    const bool one_less = skipped >= 1 && skipped <= counts[i];
    writer.begin_client(names.back(), counts[i] - (one_less ? 1 : 0));
    for (std::int64_t number = 1; number <= counts[i]; ++number) {
      if (number == skipped) continue;
      NewImage image;
      image.pixels.assign(4, static_cast<std::uint8_t>(i));
      image.pixels.insert(image.pixels.end(), 4, static_cast<std::uint8_t>(number));
      image.pixels.insert(image.pixels.end(), 4, 7);
      image.label = static_cast<std::int32_t>(i);
      image.source_name = fmt::format("{}_{:04}.jpg", names.back(), number);
      writer.add(image);
    }
  }
  writer.set_identities(names);
  writer.finish();
  return Dataset(folder);
}

/// What the pixels of an image of such a collection say.
struct WhoIsThis {
  int identity = 0;
  int number = 0;
  auto operator<=>(const WhoIsThis&) const = default;
};

inline std::vector<WhoIsThis> who_is_in(const ImageSet& images) {
  std::vector<std::int64_t> which(static_cast<std::size_t>(images.size()));
  for (std::size_t i = 0; i < which.size(); ++i) which[i] = static_cast<std::int64_t>(i);
  const auto bytes = static_cast<std::size_t>(tiny.bytes());
  std::vector<std::uint8_t> pixels(which.size() * bytes);
  images.read(which, pixels);
  std::vector<WhoIsThis> who;
  for (std::size_t i = 0; i < which.size(); ++i) who.push_back({pixels[i * bytes], pixels[i * bytes + 4]});
  return who;
}

}  // namespace fedfr::data::test
