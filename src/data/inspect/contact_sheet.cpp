// A picture of a dataset for the eye: whether faces are aligned, upright and whose they are said to be.
#include <algorithm>

#include "fedfr/core/error.hpp"
#include "fedfr/data/inspect/inspect.hpp"
#include "identity_list.hpp"

namespace fedfr::data {

namespace {

constexpr int gap = 2;          // pixels between images
constexpr int client_gap = 12;  // and between clients
constexpr std::uint8_t paper = 255;

void paste(const Image& small, Image& sheet, int top, int left) {
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < small.size.height; ++y) {
      const auto from = small.pixels.begin() + (std::ptrdiff_t{c} * small.size.height + y) * small.size.width;
      const auto to =
          sheet.pixels.begin() + (std::ptrdiff_t{c} * sheet.size.height + top + y) * sheet.size.width + left;
      std::copy_n(from, small.size.width, to);
    }
}

}  // namespace

ContactSheet make_contact_sheet(const Dataset& dataset, std::int64_t identities, std::int64_t images) {
  if (identities < 1 || images < 1)
    throw UsageError("a contact sheet needs at least one identity and one image");
  // From all over the dataset: the first ones alone would often be one client's.
  const auto chosen = spread(list_identities(dataset), identities);
  const ImageSize size = dataset.image_size();
  // First the places of all rows, which tell how large the sheet becomes, then the images, one at a time.
  std::int64_t columns = 0;
  std::vector<int> tops;
  int bottom = gap;
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    if (row > 0 && chosen[row].client != chosen[row - 1].client) bottom += client_gap;
    tops.push_back(bottom);
    bottom += size.height + gap;
    columns = std::max(columns, std::min(images, std::ssize(chosen[row].images)));
  }
  ContactSheet sheet;
  sheet.image.size = {bottom, gap + static_cast<int>(columns) * (size.width + gap)};
  sheet.image.pixels.assign(static_cast<std::size_t>(sheet.image.size.bytes()), paper);
  const ImageSet all = dataset.all();
  Image one{size, std::vector<std::uint8_t>(static_cast<std::size_t>(size.bytes()))};
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    const auto& identity = chosen[row];
    for (std::int64_t column = 0; column < std::min(images, std::ssize(identity.images)); ++column) {
      all.read(std::span(identity.images).subspan(static_cast<std::size_t>(column), 1), one.pixels);
      paste(one, sheet.image, tops[row], gap + static_cast<int>(column) * (size.width + gap));
    }
    sheet.rows.push_back(dataset.role() == Role::clients
                             ? dataset.client_name(ClientId{identity.client}) + "/" + identity.name
                             : identity.name);
  }
  return sheet;
}

}  // namespace fedfr::data
