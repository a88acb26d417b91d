#include "fedfr/fl/parts/margin.hpp"

namespace fedfr::fl {

Term margin_term(const nn::MarginConfig& margin, double weight) {
  Term term{.name = "margin", .weight = weight};
  term.value = [margin](const StepInput& in, const Heads& heads) {
    return nn::margin_softmax_loss(in.features, heads.classifier, in.labels, margin);
  };
  return term;
}

}  // namespace fedfr::fl
