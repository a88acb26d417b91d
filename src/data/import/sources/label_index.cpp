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

void LabelIndex::add(std::string_view label, IndexedImage image, std::string_view order) {
  image.identity = labels_.number(label);
  images_.add(image, order);
}

std::vector<std::string> LabelIndex::sort() {
  const auto& labels = labels_.texts();
  const bool by_number =
      std::ranges::all_of(labels, [](const auto* label) { return is_plain_number(*label); });
  std::vector<std::uint32_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) {
    return std::tuple(by_number ? labels[i]->size() : 0, std::string_view(*labels[i]));
  });
  std::vector<std::uint32_t> rank(order.size());
  std::vector<std::string> names;
  names.reserve(order.size());
  for (const auto number : order) {
    rank[number] = static_cast<std::uint32_t>(names.size());
    names.push_back(*labels[number]);
  }
  labels_ = {};
  images_.sort(rank);
  return names;
}

}  // namespace fedfr::data
