#include "fedfr/nn/weights/model_file.hpp"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

// fedfr's networks have the names that the field has for their tensors, so that all there is to map is what
// stands in front of them.
namespace fedfr::nn {

namespace {

void refuse_infinite(const std::string& name, const at::Tensor& tensor, const std::filesystem::path& path) {
  if (!at::isfinite(tensor).all().item<bool>())
    throw DataError(
        "the tensor '{}' of {} has values that are not finite: its training failed, or it is damaged",
        printable(name), path.string());
}

/// What was not taken: by name where it is few, else how many of each beginning.
std::vector<std::string> left_of(const Weights& weights, const std::set<std::string>& taken) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const auto& [name, tensor] : weights.content.tensors)
    if (!taken.contains(name)) groups[name.substr(0, name.find('.'))].push_back(name);
  std::vector<std::string> left;
  constexpr std::size_t few = 3;
  for (const auto& [beginning, names] : groups) {
    if (names.size() > few)
      left.push_back(fmt::format("{}.* ({} tensors)", printable(beginning), names.size()));
    else
      for (const auto& name : names) left.push_back(printable(name));
  }
  left.insert(left.end(), weights.left_out.begin(), weights.left_out.end());
  return left;
}

ModelFile own_model(Weights weights, const std::filesystem::path& path) {
  ModelFile model{
      .network = backbone_of(weights.content.metadata, path), .file = {}, .taken = {}, .left = {}};
  for (const auto& [name, tensor] : weights.content.tensors) refuse_infinite(name, tensor, path);
  model.taken =
      fmt::format("{} of fedfr, {} tensors", describe(model.network), weights.content.tensors.size());
  model.is_own = true;
  model.file = std::move(weights.content);
  return model;
}

/// A file that names a larger network than it has numbers for is found before that network is made.
void check_size(const BackboneConfig& network, const TensorHeader& header,
                const std::filesystem::path& path) {
  constexpr int longest_side = 1 << 14;
  std::int64_t bytes = 0;
  for (const auto& tensor : header.tensors) bytes += tensor.bytes;
  if (network.height > longest_side || network.width_pixels > longest_side ||
      element_count(Backbone::make(network)->specs()) > bytes / static_cast<std::int64_t>(sizeof(float)))
    throw DataError(
        "{} is no model: it has fewer numbers than the network that it names, {} for {}x{} pixels",
        path.string(), network.name, network.height, network.width_pixels);
}

}  // namespace

std::string ModelFile::note() const {
  constexpr std::size_t most = 8;
  if (left.empty()) return taken;
  const auto shown = std::span(left).first(std::min(left.size(), most));
  return fmt::format("{}; left: {}{}", taken, fmt::join(shown, ", "),
                     left.size() > most ? fmt::format(" and {} more", left.size() - most) : "");
}

TensorFile plain_layout(const ModelFile& model) {
  TensorFile plain;
  const auto backbone = Backbone::make(model.network);
  for (const auto& spec : backbone->specs()) {
    const at::Tensor& values = model.file.at(backbone_tensor(spec.name));
    plain.tensors.emplace_back(spec.name, spec.learning == Learning::counter ? values.to(at::kLong) : values);
  }
  return plain;
}

Metadata own_metadata(const std::filesystem::path& path) {
  try {
    Metadata metadata = load_metadata(path);
    if (is_model(metadata)) return metadata;
  } catch (const AccessError&) {
    throw;
  } catch (const DataError&) {  // of another format, or damaged: whoever reads it whole says so
  }
  return {};
}

BackboneConfig network_of(const std::filesystem::path& path, const Wanted& wanted) {
  const Metadata metadata = own_metadata(path);
  if (metadata.empty()) return read_model(path, wanted).network;
  const BackboneConfig network = backbone_of(metadata, path);
  check_size(network, load_header(path), path);
  return network;
}

ModelFile model_of(Weights weights, const std::filesystem::path& path, const Wanted& wanted) {
  if (is_model(weights.content.metadata)) return own_model(std::move(weights), path);
  const auto found = recognise(weights.content, wanted);
  if (found.empty())
    throw DataError("{} holds no network that fedfr knows{}: {}", path.string(),
                    wanted.backbone.empty() ? "" : " by the name " + wanted.backbone,
                    nearest_network(weights.content, wanted));
  const auto& [network, prefix] = found.front();
  ModelFile model{.network = network, .file = {}, .taken = {}, .left = {}};
  model.file.metadata = metadata_of(network);
  std::set<std::string> taken;
  const auto backbone = Backbone::make(network);
  for (const auto& spec : backbone->specs()) {
    const std::string name = prefix + spec.name;
    at::Tensor values = at::zeros(spec.shape, at::kFloat);
    if (weights.content.has(name)) {
      values = weights.content.at(name).to(at::kFloat).reshape(spec.shape).contiguous();
      refuse_infinite(name, values, path);
      taken.insert(name);
    }
    model.file.tensors.emplace_back(backbone_tensor(spec.name), values);
  }
  model.taken = fmt::format("{} from {}, {} tensors{}", describe(network), weights.format, taken.size(),
                            prefix.empty() ? "" : fmt::format(" named {}*", printable(prefix)));
  model.left = left_of(weights, taken);
  return model;
}

ModelFile read_model(const std::filesystem::path& path, const Wanted& wanted) {
  return model_of(read_weights(path), path, wanted);
}

BranchFile branch_of(const TensorFile& file, std::int64_t dimension, const std::filesystem::path& path) {
  const auto found = recognise_branches(file, dimension);
  if (found.size() != 1)
    throw DataError("{} holds {} of {} dimensions", path.string(),
                    found.empty() ? "no private branch" : "more than one private branch", dimension);
  BranchFile branch{.converter = found.front().converter, .tensors = {}};
  const auto take = [&](const std::string& name) {
    const std::string own = found.front().prefix + name;
    if (!file.has(own)) return;
    const at::Tensor values = file.at(own).to(at::kFloat).contiguous();
    refuse_infinite(own, values, path);
    branch.tensors.emplace_back("dfc." + name, values);
  };
  for (const char* name : {"weight", "bias"}) take(name);
  for (const auto& spec : converter_specs(branch.converter, dimension, "converter.")) take(spec.name);
  return branch;
}

}  // namespace fedfr::nn
