#include "gradient_step.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "fedfr/core/trace.hpp"
#include "fedfr/nn/margins/margin.hpp"
#include "fedfr/nn/precision.hpp"

// Two ways to the gradients of a step. The direct one is for networks so small that the graph of autograd
// takes longer than the arithmetic; it calls the operators that autograd would, hence the same bits.
namespace fedfr::fl {

StepLosses step_by_autograd(const LocalObjective& objective, const StepInput& input, const Heads& heads) {
  StepLosses losses{.features = input.features, .terms = objective.evaluate(input, heads), .loss = {}};
  losses.loss = objective.total(losses.terms);
  const Span span("backward");
  losses.loss.backward();
  return losses;
}

bool can_step_directly(const nn::Backbone& backbone, const LocalTrainingConfig& config, bool more_terms) {
  return backbone.has_gradients() && config.embed.precision == nn::Precision::fp32 && !more_terms &&
         config.margin_weight > 0 && config.margin.kind == nn::Margin::logits;
}

StepLosses step_directly(const nn::Backbone& backbone, const nn::ParameterSet& parameters,
                         const at::Tensor& images, const at::Tensor& labels, double weight) {
  const at::NoGradGuard no_grad;
  const auto logits = [&] {
    const Span span("forward");
    return backbone.embed(parameters, images);
  }();
  const Span span("losses and backward");
  const auto found = nn::softmax_loss_and_gradient(logits, labels, weight);
  auto gradients = backbone.gradients(parameters, images, found.gradient);
  for (std::size_t i = 0; i < gradients.size(); ++i)
    at::Tensor(parameters[i]).mutable_grad() = std::move(gradients[i]);
  return {.features = logits, .terms = {found.loss}, .loss = found.loss * weight};
}

StepLosses gradients_of(const TrainedNetwork& network, const LocalTrainingConfig& config,
                        const StepBatch& batch) {
  const auto& [architecture, parameters, moves_statistics, heads, objective] = network;
  if (can_step_directly(architecture, config, objective.terms().size() > 1))
    return step_directly(architecture, parameters, batch.images, batch.labels, config.margin_weight);
  StepInput input{.features = {},
                  .labels = batch.labels,
                  .global_features = batch.global_features,
                  .previous_features = batch.previous_features};
  {
    const Span span("forward");
    const nn::PrecisionScope precision(config.embed.precision, batch.images.device());
    const bool rounds = config.embed.precision == nn::Precision::bf16;
    const nn::ParameterSet& weights = rounds ? parameters.rounded() : parameters;
    input.features = (moves_statistics ? architecture.embed_in_training(weights, batch.images)
                                       : architecture.embed(weights, batch.images))
                         .to(at::kFloat);
  }
  return step_by_autograd(objective, input, heads);
}

}  // namespace fedfr::fl
