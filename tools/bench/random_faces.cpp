#include "random_faces.hpp"

#include <fmt/format.h>

#include <cstring>

#include "fedfr/core/rng.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"

// Datasets of noise for the benchmarks, written by the writer that the real tools use, so that the program
// reads them as any other.
namespace fedfr::bench {

namespace {

std::vector<std::uint8_t> noise(RngStream& random, data::ImageSize size) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size.bytes()));
  for (std::size_t at = 0; at < pixels.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t bits = random.next();
    std::memcpy(&pixels[at], &bits, std::min(sizeof bits, pixels.size() - at));
  }
  return pixels;
}

}  // namespace

void write_random_faces(const std::filesystem::path& path, data::Role role, data::ImageSize size,
                        const FaceCounts& counts, data::Encoding encoding) {
  constexpr int jpeg_quality = 90;
  data::DatasetWriter writer(path, {.role = role, .size = size, .encoding = encoding});
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(counts.identities));
  for (int k = 0; k < counts.identities; ++k) names.push_back(fmt::format("identity_{}", k));
  RngStream random({.seed = 1, .purpose = Purpose::synth_image});
  for (int c = 0; c < counts.clients; ++c) {
    writer.begin_client(fmt::format("client_{}", c), std::int64_t{counts.identities} * counts.images,
                        role == data::Role::clients ? names : std::vector<std::string>{});
    for (int i = 0; i < counts.identities * counts.images; ++i) {
      auto pixels = noise(random, size);
      if (encoding == data::Encoding::jpeg)
        pixels = data::encode_jpeg({size, std::move(pixels)}, jpeg_quality);
      writer.add({.pixels = std::move(pixels), .label = i % counts.identities});
    }
  }
  if (role != data::Role::clients) writer.set_identities(names);
  writer.finish();
}

}  // namespace fedfr::bench
