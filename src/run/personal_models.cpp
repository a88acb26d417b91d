#include "fedfr/run/personal_models.hpp"

#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include "fedfr/core/error.hpp"
#include "fedfr/run/experiment.hpp"

// A client's own model as a weights file: the backbone under the names that every model has, so that any tool
// of ours reads it, and the private head beside it.
namespace fedfr::run {

namespace {

/// The tensors of `specs` one after the other, or nothing if the file lacks the first.
at::Tensor flat_of(const nn::TensorFile& file, const std::vector<nn::ParameterSpec>& specs,
                   const std::string& prefix, const std::filesystem::path& path) {
  std::vector<at::Tensor> parts;
  for (const auto& spec : specs) {
    const std::string name = prefix + spec.name;
    if (!file.has(name) && parts.empty()) return {};
    if (!file.has(name) || file.at(name).sizes() != at::IntArrayRef(spec.shape))
      throw DataError("{} does not fit this experiment: {} is missing or of another shape", path.string(),
                      name);
    parts.push_back(file.at(name).flatten());
  }
  return parts.empty() ? at::Tensor() : at::cat(parts);
}

}  // namespace

PersonalModel personal_model(const fl::PrivateState& state, const fl::Algorithm& algorithm) {
  return {.backbone = state.at(fl::kept::backbone),
          .head = algorithm.personal ? fl::find(state, algorithm.personal->head) : at::Tensor()};
}

std::vector<nn::ParameterSpec> personal_head_specs(const Experiment& experiment, ClientId client) {
  const auto& algorithm = experiment.algorithm;
  if (!algorithm.personal) return {};
  return algorithm.head(algorithm.personal->head)
      ->specs(experiment.clients->client(client).identities(), experiment.backbone->config().embedding);
}

std::filesystem::path personal_model_path(const std::filesystem::path& folder, ClientId client) {
  return folder / fmt::format("client_{:06}.safetensors", value(client));
}

void save_personal_model(const std::filesystem::path& folder, ClientId client, const PersonalModel& model,
                         const Experiment& experiment) {
  fl::GlobalModel own(experiment.backbone, 0, at::kCPU);
  own.parameters().copy_from(model.backbone);
  nn::TensorFile file = own.to_file("");
  file.metadata["client"] = experiment.clients->client_name(client);
  if (model.head.defined()) {
    nn::ParameterSet head(personal_head_specs(experiment, client));
    head.copy_from(model.head);
    for (std::size_t i = 0; i < head.specs().size(); ++i)
      file.tensors.emplace_back(head.specs()[i].name, head[i]);
  }
  nn::save(personal_model_path(folder, client), file);
}

std::optional<PersonalModel> load_personal_model(const std::filesystem::path& folder, ClientId client,
                                                 const Experiment& experiment) {
  const auto path = personal_model_path(folder, client);
  if (!std::filesystem::exists(path)) return std::nullopt;
  const auto file = nn::load(path);
  const auto backbone = flat_of(file, experiment.backbone->specs(), "backbone.", path);
  if (!backbone.defined()) throw DataError("{} holds no backbone", path.string());
  return PersonalModel{backbone, flat_of(file, personal_head_specs(experiment, client), "", path)};
}

}  // namespace fedfr::run
