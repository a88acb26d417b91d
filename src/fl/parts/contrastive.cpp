#include "fedfr/fl/parts/contrastive.hpp"

#include "fedfr/nn/losses.hpp"

namespace fedfr::fl {

Term contrastive_term(const ContrastiveConfig& config) {
  Term term{.name = "contrastive",
            .weight = config.weight,
            .reads_global_features = true,
            .reads_previous_features = true,
            .newcomers_model = config.newcomers_model};
  term.value = [t = config.temperature](const StepInput& in, const Heads&) {
    return nn::contrastive_loss(in.features, in.global_features, in.previous_features, t);
  };
  return term;
}

}  // namespace fedfr::fl
