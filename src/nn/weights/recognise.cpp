#include "fedfr/nn/weights/recognise.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

// One idea: fedfr's networks list their tensors, so a file is compared with these lists instead of with
// patterns. The names decide the architecture and the prefix; then the width, the embedding and the size of
// the images are tried until all shapes agree. A new network in the table of backbones is recognised without
// a line here.
namespace fedfr::nn {

namespace {

using Index = std::map<std::string, const at::Tensor*, std::less<>>;

Index index_of(const TensorFile& file) {
  Index index;
  for (const auto& [name, tensor] : file.tensors) index.emplace(name, &tensor);
  return index;
}

const at::Tensor* find(const Index& index, const std::string& prefix, const ParameterSpec& spec) {
  const auto found = index.find(prefix + spec.name);
  return found == index.end() ? nullptr : found->second;
}

/// Older programs do not write it, and nothing is computed from it.
bool may_lack(const ParameterSpec& spec) { return spec.learning == Learning::counter; }

/// Of the names that end with this one, what is in front.
std::vector<std::string> prefixes_of(const Index& index, const std::string& anchor) {
  std::vector<std::string> prefixes;
  for (const auto& [name, tensor] : index) {
    if (!name.ends_with(anchor)) continue;
    const std::string prefix = name.substr(0, name.size() - anchor.size());
    if (prefix.empty() || prefix.ends_with('.')) prefixes.push_back(prefix);
  }
  return prefixes;
}

bool has_names(const Index& index, const std::string& prefix, const std::vector<ParameterSpec>& specs) {
  return std::ranges::all_of(specs, [&](const ParameterSpec& spec) {
    return may_lack(spec) || find(index, prefix, spec) != nullptr;
  });
}

/// The first tensor of another shape, or null.
const ParameterSpec* first_difference(const Index& index, const std::string& prefix,
                                      const std::vector<ParameterSpec>& specs) {
  const auto differs = [&](const ParameterSpec& spec) {
    const at::Tensor* tensor = find(index, prefix, spec);
    if (may_lack(spec)) return tensor != nullptr && tensor->numel() != 1;
    return tensor == nullptr || tensor->sizes() != at::IntArrayRef(spec.shape);
  };
  const auto found = std::ranges::find_if(specs, differs);
  return found == specs.end() ? nullptr : &*found;
}

std::unique_ptr<Backbone> make_or_none(const BackboneConfig& config) {
  try {
    return Backbone::make(config);
  } catch (const UsageError&) {  // images too small
    return nullptr;
  }
}

/// The dimension that only the embedding has: found with one that no layer's channels have.
std::optional<int> embedding_of(const Index& index, const std::string& prefix, const std::string& backbone) {
  constexpr int unlikely = 509;
  constexpr std::int64_t most = 1 << 16;
  const auto probe = Backbone::make({.name = backbone, .embedding = unlikely});
  for (const auto& spec : probe->specs()) {
    const at::Tensor* tensor = find(index, prefix, spec);
    if (spec.shape.empty() || spec.shape[0] != unlikely || tensor == nullptr || tensor->dim() == 0) continue;
    if (tensor->size(0) < 1 || tensor->size(0) > most) return std::nullopt;
    return static_cast<int>(tensor->size(0));
  }
  return std::nullopt;
}

/// The number of fewest decimals between two.
std::optional<double> simplest_between(double low, double high) {
  for (const double digits : {1.0, 10.0, 100.0, 1000.0, 10000.0}) {
    const double number = std::round((low + high) / 2 * digits) / digits;
    if (number >= low && number <= high) return number;
  }
  return std::nullopt;
}

/// Channels are rounded to multiples of four, so that each layer leaves a range of widths open, the widest
/// layers the narrowest ones.
std::vector<double> widths_of(const Index& index, const std::string& prefix, const Backbone& full) {
  constexpr double half_granule = 2;
  constexpr double widest = 4;
  std::set<std::pair<std::int64_t, std::int64_t>, std::greater<>> channels;  // at width 1, and here
  for (const auto& spec : full.specs()) {
    const at::Tensor* tensor = find(index, prefix, spec);
    if (spec.shape.size() == 4 && tensor != nullptr && tensor->dim() == 4)
      channels.emplace(spec.shape[0], tensor->size(0));
  }
  std::vector<double> widths{1.0};
  const auto add = [&](std::optional<double> width) {
    if (width && *width > 0 && *width <= widest && std::ranges::find(widths, *width) == widths.end())
      widths.push_back(*width);
  };
  const auto range = [](const auto& layer) {
    const auto [base, here] = std::pair(static_cast<double>(layer.first), static_cast<double>(layer.second));
    return std::pair((here - half_granule) / base, (here + half_granule) / base);
  };
  double low = 0, high = widest;  // of what all layers leave open, where each grows with the width
  for (const auto& layer : channels) {
    low = std::max(low, range(layer).first);
    high = std::min(high, range(layer).second);
  }
  if (low <= high) add(simplest_between(low, high));
  for (const auto& layer : channels) {
    const auto [lowest, highest] = range(layer);
    add(simplest_between(lowest, highest));
    add((lowest + highest) / 2);
  }
  return widths;
}

/// The wanted one first, then the field's, then squares in steps that change the last layer.
std::vector<std::pair<int, int>> image_sizes(const Wanted& wanted) {
  std::vector<std::pair<int, int>> sizes{{wanted.height, wanted.width_pixels}, {112, 112}};
  constexpr int step = 16;
  constexpr int largest = 256;
  for (int side = step; side <= largest; side += step) sizes.emplace_back(side, side);
  return sizes;
}

std::optional<Recognised> with_sizes(const Index& index, const std::string& prefix,
                                     const std::string& backbone, const Wanted& wanted) {
  const auto full = Backbone::make({.name = backbone});
  const auto embedding = embedding_of(index, prefix, backbone);
  if (!embedding) return std::nullopt;
  for (const double width : widths_of(index, prefix, *full))
    for (const auto& [height, width_pixels] : image_sizes(wanted)) {
      const BackboneConfig config{.name = backbone,
                                  .width = width,
                                  .embedding = *embedding,
                                  .height = height,
                                  .width_pixels = width_pixels};
      const auto network = make_or_none(config);
      if (network && first_difference(index, prefix, network->specs()) == nullptr)
        return Recognised{config, prefix};
    }
  return std::nullopt;
}

std::vector<std::string> names_of(const Wanted& wanted) {
  return wanted.backbone.empty() ? backbone_names() : std::vector{wanted.backbone};
}

}  // namespace

std::vector<Recognised> recognise(const TensorFile& file, const Wanted& wanted) {
  const Index index = index_of(file);
  struct Found {
    Recognised recognised;
    std::size_t tensors;
  };
  std::map<std::string, Found> best;  // by prefix: iresnet34 has all that iresnet18 has
  for (const auto& backbone : names_of(wanted)) {
    const auto full = Backbone::make({.name = backbone});
    const std::size_t tensors = full->specs().size();
    for (const auto& prefix : prefixes_of(index, full->specs().front().name)) {
      const auto known = best.find(prefix);
      if ((known != best.end() && known->second.tensors >= tensors) ||
          !has_names(index, prefix, full->specs()))
        continue;
      if (const auto found = with_sizes(index, prefix, backbone, wanted))
        best.insert_or_assign(prefix, Found{*found, tensors});
    }
  }
  std::vector<Found> sorted;
  for (const auto& [prefix, found] : best) sorted.push_back(found);
  std::ranges::stable_sort(sorted, std::greater<>(), &Found::tensors);
  std::vector<Recognised> out;
  for (auto& found : sorted) out.push_back(std::move(found.recognised));
  return out;
}

std::string nearest_network(const TensorFile& file, const Wanted& wanted) {
  const Index index = index_of(file);
  std::string text = "none of its tensors is named as those of a network that fedfr knows";
  std::pair<std::ptrdiff_t, double> most{0,
                                         0};  // of equal numbers of tensors, the larger share of the network
  for (const auto& backbone : names_of(wanted)) {
    const auto full = Backbone::make({.name = backbone});
    const auto& specs = full->specs();
    for (const auto& prefix : prefixes_of(index, specs.front().name)) {
      const auto has = [&](const ParameterSpec& spec) { return find(index, prefix, spec) != nullptr; };
      const auto there = std::ranges::count_if(specs, has);
      const std::pair score(there, static_cast<double>(there) / static_cast<double>(specs.size()));
      if (score <= most) continue;
      most = score;
      const auto missing = std::ranges::find_if_not(specs, has);
      text =
          fmt::format("it is nearest to {}, of which it has {} of {} tensors", backbone, there, specs.size());
      if (missing != specs.end()) {
        text += fmt::format(", not {}{}", printable(prefix), missing->name);
      } else if (const auto* other = first_difference(index, prefix, specs)) {
        text += fmt::format(
            "; but {}{} has the shape [{}], which fits no width and no size of images that were tried",
            printable(prefix), other->name, fmt::join(find(index, prefix, *other)->sizes(), ","));
      }
    }
  }
  return text;
}

std::int64_t branch_dimension(const TensorFile& file) {
  for (const auto& [name, tensor] : file.tensors)
    for (const char* last : {"converter.0.bias", "converter.concat_fc.bias"})
      if (name.ends_with(last) && tensor.dim() == 1) return tensor.size(0);
  return 0;
}

std::vector<RecognisedBranch> recognise_branches(const TensorFile& file, std::int64_t dimension) {
  const Index index = index_of(file);
  std::vector<RecognisedBranch> found;
  for (const auto kind : {Converter::linear, Converter::bottleneck}) {
    const auto specs = converter_specs(kind, dimension, "converter.");
    for (const auto& prefix : prefixes_of(index, specs.front().name))
      if (first_difference(index, prefix, specs) == nullptr) found.push_back({kind, prefix});
  }
  return found;
}

}  // namespace fedfr::nn
