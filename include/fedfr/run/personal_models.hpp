#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "fedfr/core/ids.hpp"
#include "fedfr/fl/client/client_state.hpp"
#include "fedfr/fl/parts/algorithm.hpp"

namespace fedfr::run {

struct Experiment;

/// A client's own model: its backbone after its last round and, where the algorithm's personal model has one,
/// its private head.
struct PersonalModel {
  at::Tensor backbone;  ///< [P]
  at::Tensor head;      ///< flat parameters, or undefined
};

/// Of what a client keeps.
PersonalModel personal_model(const fl::PrivateState& state, const fl::Algorithm& algorithm);

/// The parameters of the client's private head; none where its own model has no such head.
std::vector<nn::ParameterSpec> personal_head_specs(const Experiment& experiment, ClientId client);

/// `client_NNNNNN.safetensors` with the tensors by name, readable as a weights file.
std::filesystem::path personal_model_path(const std::filesystem::path& folder, ClientId client);

/// @throws DataError naming the file
void save_personal_model(const std::filesystem::path& folder, ClientId client, const PersonalModel& model,
                         const Experiment& experiment);

/// @returns nothing where the client has no model
std::optional<PersonalModel> load_personal_model(const std::filesystem::path& folder, ClientId client,
                                                 const Experiment& experiment);

}  // namespace fedfr::run
