// What a trainer goes on from, as named tensors: for a checkpoint in the middle of an epoch.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "fedfr/core/error.hpp"
#include "fedfr/fl/central/central_trainer.hpp"

namespace fedfr::fl {

namespace {

constexpr const char* norms = "length_statistics";
constexpr const char* gradient_magnitudes = "magnitudes.gradients";
constexpr const char* statistic_magnitudes = "magnitudes.statistics";

std::string momentum_of(const std::string& tensor) { return "momentum." + tensor; }

/// Doubles as the integers that have their bits: tensor files hold no doubles.
at::Tensor bits_of(const std::vector<double>& values) {
  at::Tensor bits = at::empty({std::ssize(values)}, at::kLong);
  std::memcpy(bits.data_ptr<std::int64_t>(), values.data(), values.size() * sizeof(double));
  return bits;
}

std::vector<double> doubles_of(const at::Tensor& bits) {
  std::vector<double> values(static_cast<std::size_t>(bits.numel()));
  std::memcpy(values.data(), bits.contiguous().const_data_ptr<std::int64_t>(),
              values.size() * sizeof(double));
  return values;
}

at::Tensor required(const NamedTensors& state, const std::string& name, at::ScalarType type) {
  at::Tensor found = find(state, name);
  if (!found.defined() || found.scalar_type() != type) throw DataError("it lacks {} of the optimiser", name);
  return found;
}

}  // namespace

NamedTensors CentralTrainer::optimiser_state() const {
  NamedTensors state;
  const auto& momentum = sgd_.momentum_buffers();
  for (std::size_t i = 0; i < momentum.size(); ++i)
    if (momentum[i].defined())
      state[momentum_of(learning_names_[i])] = momentum[i].detach().contiguous().cpu();
  state[gradient_magnitudes] = bits_of(gradients_.magnitudes());
  state[statistic_magnitudes] = bits_of(statistics_.magnitudes());
  if (norms_.defined()) state[norms] = norms_.cpu();
  return state;
}

void CentralTrainer::restore(const at::Tensor& backbone, const NamedTensors& optimiser) {
  std::vector<at::Tensor> momentum;
  for (std::size_t i = 0; i < learning_.size(); ++i) {
    momentum.push_back(find(optimiser, momentum_of(learning_names_[i])));
    if (momentum.back().defined() && momentum.back().sizes() != learning_[i].sizes())
      throw DataError("its momentum of {} has another size", learning_names_[i]);
  }
  gradients_.restore(doubles_of(required(optimiser, gradient_magnitudes, at::kLong)));
  statistics_.restore(doubles_of(required(optimiser, statistic_magnitudes, at::kLong)));
  const at::NoGradGuard no_grad;
  if (norms_.defined()) norms_.copy_(required(optimiser, norms, at::kFloat));
  sgd_.restore(momentum);
  backbone_.copy_from(backbone);
}

}  // namespace fedfr::fl
