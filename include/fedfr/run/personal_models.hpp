#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>

#include "fedfr/core/ids.hpp"

namespace fedfr::run {

struct Experiment;

/// A client's own model: its backbone after its last round and, with DFC, its private branch.
struct PersonalModel {
  at::Tensor backbone;  ///< [P]
  at::Tensor dfc;       ///< flat parameters of the private branch, or undefined
};

/// `client_NNNNNN.safetensors` with the tensors by name, readable as a weights file.
std::filesystem::path personal_model_path(const std::filesystem::path& folder, ClientId client);

/// @throws DataError naming the file
void save_personal_model(const std::filesystem::path& folder, ClientId client, const PersonalModel& model,
                         const Experiment& experiment);

/// @returns nothing where the client has no model
std::optional<PersonalModel> load_personal_model(const std::filesystem::path& folder, ClientId client,
                                                 const Experiment& experiment);

}  // namespace fedfr::run
