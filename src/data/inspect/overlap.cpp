// Names are compared as they are. Images are compared by their checksums, which the index has, and only those
// whose checksums are equal byte by byte: among millions of images some have equal checksums by chance.
#include "fedfr/data/inspect/overlap.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "fedfr/data/storage/collection_index.hpp"

namespace fedfr::data {

namespace {

constexpr std::size_t most_named = 5;
constexpr int most_read = 200;  // images; two of 32 bits in 5,000,000 are alike by chance a thousand times

std::vector<std::string> distinct_names(const Dataset& dataset) {
  auto names = all_identity_names(dataset);
  std::erase_if(names, [](const std::string& name) {
    return name.find_first_not_of("0123456789") == std::string::npos;
  });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void compare_names(Overlap& overlap, const Dataset& first, const Dataset& second) {
  std::vector<std::string> shared;
  std::ranges::set_intersection(distinct_names(first), distinct_names(second), std::back_inserter(shared));
  overlap.people = std::ssize(shared);
  shared.resize(std::min(shared.size(), most_named));
  overlap.some = std::move(shared);
}

/// PERSON/IMAGE; of a set of clients CLIENT/PERSON/IMAGE.
std::string full_name(const Dataset& dataset, std::int64_t image) {
  std::string before;
  ImageSet images = dataset.all();
  ClientId client{0};
  const auto source = images.source_name(image);
  if (dataset.role() == Role::clients) {
    for (images = dataset.client(client); image >= images.size(); images = dataset.client(client)) {
      image -= images.size();
      client = ClientId{static_cast<std::int64_t>(client) + 1};
    }
    before = dataset.client_name(client) + "/";
  }
  const auto label = images.labels()[static_cast<std::size_t>(image)];
  return before + dataset.identity_names(client)[static_cast<std::size_t>(label)] + "/" + source;
}

using Checksum = std::pair<std::uint32_t, std::int64_t>;  // and whose it is

std::vector<Checksum> sorted_checksums(const ImageSet& images) {
  std::vector<Checksum> sorted;
  for (const auto crc : images.checksums()) sorted.emplace_back(crc, std::ssize(sorted));
  std::ranges::sort(sorted);
  return sorted;
}

void compare_images(Overlap& overlap, const Dataset& one, const Dataset& other) {
  const ImageSet first = one.all(), second = other.all();
  const auto known = sorted_checksums(first);
  const auto asked = second.checksums();
  int read = 0;
  for (std::int64_t image = 0; image < std::ssize(asked); ++image) {
    const auto crc = asked[static_cast<std::size_t>(image)];
    const auto alike = std::ranges::lower_bound(known, crc, {}, &Checksum::first);
    if (alike == known.end() || alike->first != crc) continue;
    if (++read > most_read) {
      overlap.more_images_likely = true;
      return;
    }
    if (first.read_stored(alike->second) != second.read_stored(image)) continue;
    if (static_cast<std::size_t>(++overlap.images) <= most_named)
      overlap.some_images.push_back(full_name(one, alike->second) + " = " + full_name(other, image));
  }
}

void warn(std::vector<std::string>& warnings, const Dataset& trained, const Dataset& other) {
  const std::string both = fmt::format("the {} set {} and the {} set {}", name(other.role()),
                                       other.path().string(), name(trained.role()), trained.path().string());
  if (trained.images() + other.images() > most_compared_images) {
    warnings.push_back(fmt::format("{} have more than {} images and were not searched for common people",
                                   both, most_compared_images));
    return;
  }
  const Overlap overlap = find_overlap(trained, other);
  if (overlap.people > 0)
    warnings.push_back(fmt::format("{} share {} names of people: {}{}", both, overlap.people,
                                   fmt::join(overlap.some, ", "),
                                   overlap.people > std::ssize(overlap.some) ? ", ..." : ""));
  if (overlap.images > 0)
    warnings.push_back(fmt::format("{} share {}{} images, byte for byte: {}{}", both,
                                   overlap.more_images_likely ? "at least " : "", overlap.images,
                                   fmt::join(overlap.some_images, ", "),
                                   overlap.images > std::ssize(overlap.some_images) ? ", ..." : ""));
}

}  // namespace

Overlap find_overlap(const Dataset& first, const Dataset& second) {
  // Opened anew, so that the names do not stay in memory for as long as the run has the sets open.
  const Dataset one(first.path()), other(second.path());
  Overlap overlap;
  compare_names(overlap, one, other);
  if (one.encoding() == other.encoding()) compare_images(overlap, one, other);
  return overlap;
}

std::vector<std::string> overlap_warnings(std::span<const Dataset> trained,
                                          std::span<const Dataset> benchmarks) {
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    for (const auto& other : trained.subspan(i + 1)) warn(warnings, trained[i], other);
    for (const auto& benchmark : benchmarks) warn(warnings, trained[i], benchmark);
  }
  return warnings;
}

}  // namespace fedfr::data
