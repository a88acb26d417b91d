#include "label_index.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace fedfr::data {

namespace {

/// Without a sign or leading zeros, so that the longer one is the larger.
bool is_plain_number(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos &&
         (text.size() == 1 || text[0] != '0');
}

}  // namespace

std::uint32_t LabelIndex::number(std::string_view label) {
  const auto [entry, is_new] =
      numbers_.try_emplace(std::string(label), static_cast<std::uint32_t>(labels_.size()));
  if (is_new) labels_.push_back(&entry->first);
  return entry->second;
}

std::vector<std::string> LabelIndex::sort(std::vector<IndexedImage>& images) const {
  const bool by_number =
      std::ranges::all_of(labels_, [](const auto* label) { return is_plain_number(*label); });
  std::vector<std::uint32_t> order(labels_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) {
    return std::tuple(by_number ? labels_[i]->size() : 0, std::string_view(*labels_[i]));
  });
  std::vector<std::uint32_t> rank(order.size());
  std::vector<std::string> names;
  for (const auto number : order) {
    rank[number] = static_cast<std::uint32_t>(names.size());
    names.push_back(*labels_[number]);
  }
  for (auto& image : images) image.identity = rank[image.identity];
  std::ranges::stable_sort(images, {}, &IndexedImage::identity);
  return names;
}

}  // namespace fedfr::data
