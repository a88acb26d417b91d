#include "image_files.hpp"

#include "data/codec/formats.hpp"
#include "fedfr/data/codec/image_codec.hpp"

namespace fedfr::data {

namespace {

void append(std::vector<ExportedIdentity>& all, const std::string& before,
            const std::vector<std::string>& names, const ImageSet& images, std::int64_t first_image) {
  const std::size_t first = all.size();
  for (const auto& name : names) all.push_back({before + name});
  const auto labels = images.labels();
  for (std::size_t i = 0; i < labels.size(); ++i)
    all[first + static_cast<std::size_t>(labels[i])].images.push_back(first_image +
                                                                      static_cast<std::int64_t>(i));
}

}  // namespace

std::vector<ExportedIdentity> exported_identities(const Dataset& dataset) {
  std::vector<ExportedIdentity> all;
  if (dataset.role() != Role::clients) {
    append(all, "", dataset.identity_names(ClientId{0}), dataset.all(), 0);
  } else {
    std::int64_t first_image = 0;
    for (std::int64_t client = 0; client < dataset.clients(); ++client) {
      const auto images = dataset.client(ClientId{client});
      append(all, dataset.client_name(ClientId{client}) + "/", dataset.identity_names(ClientId{client}),
             images, first_image);
      first_image += images.size();
    }
  }
  std::erase_if(all, [](const ExportedIdentity& identity) { return identity.images.empty(); });
  return all;
}

std::vector<std::uint8_t> file_of(const ImageSet& images, std::int64_t image, const ExportOptions& options) {
  auto stored = images.read_stored(image);
  if (images.encoding() == Encoding::jpeg) return stored;
  const Image pixels{images.image_size(), std::move(stored)};
  return options.quality ? encode_jpeg(pixels, *options.quality) : encode_png(pixels);
}

const char* type_of(const std::vector<std::uint8_t>& file) {
  return !file.empty() && file[0] == 0x89 ? ".png" : ".jpg";
}

}  // namespace fedfr::data
