#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "fedfr/core/output_file.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"

/// Small datasets with known content, and ways to damage them.
namespace fedfr::data::test {

constexpr ImageSize stored_size{6, 5};  // height and width differ, so that they cannot be mixed up

/// Smooth, so that JPEG changes it little; different for every image.
inline Image numbered_image(std::int64_t number, ImageSize size = stored_size) {
  Image image{size, {}};
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x)
        image.pixels.push_back(static_cast<std::uint8_t>(number * 7 + c * 40 + y * 3 + x * 2));
  return image;
}

inline NewImage numbered_new_image(std::int64_t number, Encoding encoding, int identities) {
  constexpr int quality = 95;
  const Image image = numbered_image(number);
  return {.pixels = encoding == Encoding::raw ? image.pixels : encode_jpeg(image, quality),
          .label = static_cast<std::int32_t>(number % identities),
          .subset = number % 4 == 3 ? Subset::test : Subset::train,
          .source_name = fmt::format("{:04}.jpg", number)};
}

struct StoredShape {
  std::int64_t clients = 5;
  std::int64_t images = 7;  ///< of each client
  int identities = 3;       ///< of each client
  Encoding encoding = Encoding::raw;
  std::int64_t shard_bytes = 1500;  ///< raw: two clients a shard
};

/// A set of clients whose images are numbered through all of them.
inline void write_clients(const std::filesystem::path& folder, const StoredShape& shape = {}) {
  DatasetWriter writer(folder, {.role = Role::clients,
                                .size = stored_size,
                                .encoding = shape.encoding,
                                .shard_bytes = shape.shard_bytes});
  std::int64_t number = 0;
  for (std::int64_t client = 0; client < shape.clients; ++client) {
    std::vector<std::string> names;
    for (int identity = 0; identity < shape.identities; ++identity)
      names.push_back(fmt::format("person_{}_{}", client, identity));
    writer.begin_client(fmt::format("client_{}", client), shape.images, names);
    for (std::int64_t image = 0; image < shape.images; ++image)
      writer.add(numbered_new_image(number++, shape.encoding, shape.identities));
  }
  writer.finish();
}

inline std::vector<std::uint8_t> read_one(const ImageSet& images, std::int64_t which) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images.image_size().bytes()));
  images.read(std::span(&which, 1), pixels);
  return pixels;
}

inline void overwrite(const std::filesystem::path& file, std::string_view content) {
  replace_file(file, content);
}

/// In place, so that a second flip restores the file.
inline void flip_byte(const std::filesystem::path& file, std::size_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto place = static_cast<std::streamoff>(at);
  const int before = stream.seekg(place).get();
  stream.seekp(place).put(static_cast<char>(before ^ 0x10)).flush();
  if (!stream) throw std::runtime_error("cannot flip a byte of " + file.string());
}

}  // namespace fedfr::data::test
