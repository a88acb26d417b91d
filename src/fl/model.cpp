// The model is one vector, the backbone's parameters and then the public class centres; roles tell which
// stretches of it are the shared vector that clients send. With all of it shared, both are the same and
// nothing is copied.
#include "fedfr/fl/model.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::fl {

namespace {

// As of clients' own centres (client_heads.cpp), beside which they stand in the softmax.
constexpr double centre_deviation = 0.01;

}  // namespace

GlobalModel::GlobalModel(std::shared_ptr<const nn::Backbone> backbone, std::int64_t public_identities,
                         at::Device device, TensorRoles roles)
    : backbone_(std::move(backbone)),
      parameters_(backbone_->make_parameters(device)),
      public_centres_(
          at::zeros({public_identities, backbone_->config().embedding}, parameters_.flat().options())),
      roles_(std::move(roles)) {
  std::vector<std::string> names;
  for (const auto& tensor : tensors()) names.push_back(tensor.name);
  roles_.check(names);
  const Role of_centres = roles_.of(public_centres_tensor);
  if (public_identities > 0 && (of_centres == Role::own || of_centres == Role::frozen))
    throw UsageError("{} are classes of every client: they can neither be its own nor frozen",
                     public_centres_tensor);
}

void GlobalModel::initialise(std::uint64_t seed) {
  parameters_.initialise(seed, Purpose::initialise_backbone);
}

void GlobalModel::initialise_public_centres(std::uint64_t seed) {
  nn::ParameterSet centres(
      {{public_centres_tensor, public_centres_.sizes().vec(), nn::Start::normal, centre_deviation}},
      public_centres_.device());
  // Beyond every client's number, so that the stream is none of theirs.
  constexpr std::uint64_t no_client = ~std::uint64_t{0};
  centres.initialise(seed, Purpose::initialise_head, no_client);
  public_centres_ = centres[0];
}

std::vector<ModelTensor> GlobalModel::tensors() const {
  std::vector<ModelTensor> tensors;
  std::int64_t begin = 0;
  const auto add = [&](const std::string& name, std::int64_t size, Role role, nn::Learning learning) {
    tensors.push_back({name, begin, size, role, learning});
    begin += size;
  };
  for (std::size_t i = 0; i < parameters_.specs().size(); ++i) {
    const auto& spec = parameters_.specs()[i];
    const std::string name = backbone_tensor(spec.name);
    add(name, parameters_[i].numel(), roles_.of(name, spec.of_norm), spec.learning);
  }
  if (public_centres_.numel() > 0)
    add(public_centres_tensor, public_centres_.numel(), roles_.of(public_centres_tensor),
        nn::Learning::by_gradient);
  return tensors;
}

std::vector<SharedTensor> GlobalModel::layout() const {
  std::vector<SharedTensor> layout;
  std::int64_t begin = 0;
  for (const auto& tensor : tensors()) {
    if (tensor.role != Role::shared) continue;
    layout.push_back({tensor.name, begin, tensor.size, tensor.learning});
    begin += tensor.size;
  }
  return layout;
}

bool GlobalModel::moves_statistics() const {
  return std::ranges::any_of(tensors(), [](const ModelTensor& tensor) {
    return tensor.learning == nn::Learning::variance && tensor.role != Role::frozen;
  });
}

std::vector<float> GlobalModel::all() const {
  const at::Tensor weights = parameters_.flat().cpu();
  const at::Tensor centres = public_centres_.cpu().contiguous();
  std::vector<float> out(static_cast<std::size_t>(weights.numel() + centres.numel()));
  std::copy_n(weights.const_data_ptr<float>(), weights.numel(), out.begin());
  std::copy_n(centres.const_data_ptr<float>(), centres.numel(), out.begin() + weights.numel());
  return out;
}

void GlobalModel::set_all(std::span<const float> all) {
  const at::NoGradGuard no_grad;
  // from_blob wants a mutable pointer, but nothing is written through it.
  auto* data = const_cast<float*>(all.data());
  parameters_.copy_from(at::from_blob(data, {parameters_.size()}, at::kFloat));
  public_centres_.copy_(at::from_blob(data + parameters_.size(), public_centres_.sizes(), at::kFloat));
}

std::vector<float> GlobalModel::shared() const {
  auto values = all();
  auto end = values.begin();
  for (const auto& tensor : tensors()) {  // moved forwards, over those that are not shared
    if (tensor.role != Role::shared) continue;
    const auto from = values.begin() + tensor.begin;
    end = from == end ? end + tensor.size : std::copy_n(from, tensor.size, end);
  }
  values.erase(end, values.end());
  return values;
}

void GlobalModel::set_shared(std::span<const float> shared) {
  if (std::ssize(shared) == parameters_.size() + public_centres_.numel()) return set_all(shared);
  auto values = all();
  auto from = shared.begin();
  for (const auto& tensor : tensors()) {
    if (tensor.role != Role::shared) continue;
    std::copy_n(from, tensor.size, values.begin() + tensor.begin);
    from += tensor.size;
  }
  set_all(values);
}

at::Tensor GlobalModel::shared_of(const at::Tensor& all) const {
  std::vector<at::Tensor> pieces;
  std::int64_t size = 0;
  bool is_beginning = true;
  for (const auto& tensor : tensors()) {
    if (tensor.role != Role::shared) continue;
    is_beginning = is_beginning && tensor.begin == size;
    pieces.push_back(all.narrow(0, tensor.begin, tensor.size));
    size += tensor.size;
  }
  return is_beginning ? all.narrow(0, 0, size) : at::cat(pieces);
}

std::uint64_t GlobalModel::hash() const {
  // With the names: the same numbers in another network are another model.
  std::string names;
  for (const auto& tensor : tensors()) names += fmt::format("{} {}\n", tensor.name, tensor.size);
  const auto values = all();
  const std::uint64_t parts[] = {hash64(std::as_bytes(std::span(names))),
                                 hash64(std::as_bytes(std::span(values)))};
  return hash64(std::as_bytes(std::span(parts)));
}

nn::TensorFile GlobalModel::to_file(const std::string& public_fingerprint) const {
  nn::TensorFile file;
  file.metadata = nn::metadata_of(backbone_->config());
  file.metadata["public_fingerprint"] = public_fingerprint;
  file.metadata["model_hash"] = hex16(hash());
  for (std::size_t i = 0; i < parameters_.specs().size(); ++i)
    file.tensors.emplace_back(backbone_tensor(parameters_.specs()[i].name), parameters_[i].detach());
  if (public_centres_.numel() > 0) file.tensors.emplace_back(public_centres_tensor, public_centres_);
  return file;
}

bool GlobalModel::take(const nn::TensorFile& file, const std::filesystem::path& path,
                       const std::string& public_fingerprint) {
  const auto theirs = nn::backbone_of(file.metadata, path);
  if (theirs != backbone_->config())
    throw DataError("the weights {} are of {}, but this run is set to {}", path.string(),
                    nn::describe(theirs), nn::describe(backbone_->config()));
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.specs().size(); ++i) {
    const std::string name = backbone_tensor(parameters_.specs()[i].name);
    if (!file.has(name) || file.at(name).sizes() != parameters_[i].sizes())
      throw DataError("the weights {} lack {} of shape [{}]", path.string(), name,
                      fmt::join(parameters_.specs()[i].shape, ","));
    at::Tensor(parameters_[i].detach()).copy_(file.at(name));
  }
  const at::Tensor centres =
      public_centres_in(file, public_fingerprint, public_identities(), backbone_->config().embedding);
  if (centres.defined()) public_centres_.copy_(centres);
  return centres.defined();
}

at::Tensor public_centres_in(const nn::TensorFile& file, const std::string& fingerprint,
                             std::int64_t identities, std::int64_t dimension) {
  const bool same_set = identities > 0 && file.has(public_centres_tensor) &&
                        file.at(public_centres_tensor).sizes() == at::IntArrayRef({identities, dimension}) &&
                        file.metadata.contains("public_fingerprint") &&
                        file.text("public_fingerprint") == fingerprint;
  return same_set ? file.at(public_centres_tensor) : at::Tensor();
}

}  // namespace fedfr::fl
