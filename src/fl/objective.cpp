#include "fedfr/fl/objective.hpp"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <span>

#include "fedfr/core/trace.hpp"

namespace fedfr::fl {

namespace {

constexpr double centre_deviation = 0.01;

LocalObjective::Term margin_term(const ObjectiveConfig& config) {
  return {"margin", config.margin_weight, [margin = config.margin](const StepInput& in, const Heads& heads) {
            return nn::margin_softmax_loss(in.features, heads.classifier, in.labels, margin);
          }};
}

LocalObjective::Term dfc_term(const ObjectiveConfig& config) {
  return {"dfc", config.dfc_weight,
          [dfc = config.dfc_config, converter = config.converter, detach = config.dfc_detach](
              const StepInput& in, const Heads& heads) {
            const auto converter_tensors = std::span(heads.dfc.tensors()).subspan(2);
            const at::Tensor converted =
                nn::convert(converter, converter_tensors, detach ? in.features.detach() : in.features);
            return nn::dfc_loss(converted, heads.dfc[0], heads.dfc[1], in.labels, dfc);
          }};
}

LocalObjective::Term contrastive_term(const ObjectiveConfig& config) {
  return {"contrastive", config.contrastive_weight,
          [t = config.temperature](const StepInput& in, const Heads&) {
            return nn::contrastive_loss(in.features, in.global_features, in.previous_features, t);
          }};
}

}  // namespace

LocalObjective::LocalObjective(const ObjectiveConfig& config) {
  if (config.margin_weight > 0) terms_.push_back(margin_term(config));
  if (config.dfc) terms_.push_back(dfc_term(config));
  if (config.contrastive) terms_.push_back(contrastive_term(config));
}

bool LocalObjective::has(const std::string& term) const {
  return std::ranges::any_of(terms_, [&](const Term& own) { return own.name == term; });
}

std::vector<at::Tensor> LocalObjective::evaluate(const StepInput& input, const Heads& heads) const {
  const Span span("losses");
  std::vector<at::Tensor> values;
  for (const auto& term : terms_) values.push_back(term.value(input, heads));
  return values;
}

at::Tensor LocalObjective::total(const std::vector<at::Tensor>& values) const {
  at::Tensor sum = values[0] * terms_[0].weight;
  for (std::size_t i = 1; i < values.size(); ++i) sum = sum + values[i] * terms_[i].weight;
  return sum;
}

std::vector<nn::ParameterSpec> dfc_specs(nn::Converter converter, std::int64_t identities,
                                         std::int64_t dimension) {
  std::vector<nn::ParameterSpec> specs = {
      {"dfc.weight", {identities, dimension}, nn::Start::normal, centre_deviation},
      {"dfc.bias", {identities}}};
  for (auto& spec : nn::converter_specs(converter, dimension, "dfc.converter."))
    specs.push_back(std::move(spec));
  return specs;
}

}  // namespace fedfr::fl
