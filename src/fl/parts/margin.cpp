#include "fedfr/fl/parts/margin.hpp"

namespace fedfr::fl {

Term margin_term(const nn::MarginConfig& margin, double weight) {
  Term term{.name = "margin", .weight = weight};
  term.value = [margin](const StepInput& in, const Heads& heads) {
    const auto state = heads.own.find(length_statistics);
    return nn::margin_softmax_loss(in.features, heads.classifier, in.labels, margin,
                                   state == heads.own.end() ? at::Tensor() : state->second[0]);
  };
  return term;
}

void add_margin_state(Algorithm& row, nn::Margin margin) {
  if (margin != nn::Margin::adaface) return;
  // A head whose tensor no loss is differentiated in, so that no optimiser moves it.
  row.heads.push_back({.name = length_statistics,
                       .specs =
                           [](std::int64_t, std::int64_t) {
                             return std::vector<nn::ParameterSpec>{{length_statistics, {2}}};
                           },
                       .begin =
                           [](const nn::ParameterSet& head, const at::Tensor&) {
                             for (std::size_t i = 0; i < nn::first_norm_statistics.size(); ++i)
                               head[0][static_cast<std::int64_t>(i)].fill_(nn::first_norm_statistics[i]);
                           }});
}

}  // namespace fedfr::fl
