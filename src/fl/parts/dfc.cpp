#include "fedfr/fl/parts/dfc.hpp"

#include <span>
#include <utility>

// The DFC branch as a method of three parts: the private head (converter and binary classifiers), its term in
// the objective and the personal model. It takes the shared features and gives them back a gradient, unless
// that is cut off, but nothing of it has a place in an update.
namespace fedfr::fl {

namespace {

constexpr double centre_deviation = 0.01;

at::Tensor converted(nn::Converter converter, const nn::ParameterSet& head, const at::Tensor& features) {
  return nn::convert(converter, std::span(head.tensors()).subspan(2), features);
}

Term term_of(const DfcPartConfig& config) {
  Term term{.name = dfc_name, .weight = config.weight};
  term.value = [config](const StepInput& in, const Heads& heads) {
    const nn::ParameterSet& head = heads.own.at(dfc_name);
    const at::Tensor own =
        converted(config.converter, head, config.detach ? in.features.detach() : in.features);
    return nn::dfc_loss(own, head[0], head[1], in.labels, config.loss);
  };
  return term;
}

}  // namespace

void add_dfc(Algorithm& row, const DfcPartConfig& config) {
  row.heads.push_back({.name = dfc_name,
                       .specs =
                           [converter = config.converter](std::int64_t identities, std::int64_t dimension) {
                             return dfc_specs(converter, identities, dimension);
                           },
                       // The binary classifiers start as the class centres.
                       .begin = [](const nn::ParameterSet& head,
                                   const at::Tensor& centres) { at::Tensor(head[0]).copy_(centres); }});
  row.terms.push_back(term_of(config));
  row.personal = {
      .head = dfc_name,
      .embed = [converter = config.converter](const nn::ParameterSet& head, const at::Tensor& features) {
        return converted(converter, head, features);
      }};
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
