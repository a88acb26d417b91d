// Every client of a round would see the same in the public images, so the ranks look at them once, each at a
// share, and gather. Which embeddings are needed at all follows from the parts: those that choose images and
// those that compare.
#include "fedfr/run/public_features.hpp"

#include <cstdint>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/indices.hpp"
#include "fedfr/eval/embed.hpp"
#include "fedfr/fl/parts/hard_negatives.hpp"

namespace fedfr::run {

namespace {

bool chooses_by_similarity(const Experiment& experiment) {
  return experiment.uses_public_images() && experiment.algorithm.public_images->by_similarity;
}

bool compares(const Experiment& experiment) {
  return experiment.algorithm.reads_global_features() || experiment.algorithm.reads_previous_features();
}

bool needs_features(const Experiment& experiment) {
  return experiment.uses_public_images() && (chooses_by_similarity(experiment) || compares(experiment));
}

bool needs_mirrored(const Experiment& experiment) {
  return compares(experiment) && experiment.training.mirror;
}

}  // namespace

fl::PublicData see_public_set(const Experiment& experiment, comm::Communicator& comm,
                              const fl::GlobalModel& model, nn::FeatureMemory& memory) {
  fl::PublicData publics;
  if (experiment.uses_public_images()) publics.images = experiment.publics->all();
  if (!needs_features(experiment)) return publics;
  const auto all = all_indices(publics.images.size());
  const auto embed = [&](bool mirrored) {
    at::Tensor table;
    // Agreed on before the exchange begins: a rank without room would leave the others waiting in it.
    comm::on_every_rank(comm, "making room for the embeddings of the public images", [&] {
      table = memory.table(publics.images.size(), model.backbone().config().embedding);
    });
    eval::embed_together(comm, model.backbone(), model.parameters(), publics.images, all, mirrored,
                         experiment.training.embed, table);
    return table;
  };
  publics.plain_features = embed(false);
  if (needs_mirrored(experiment)) publics.mirrored_features = embed(true);
  if (chooses_by_similarity(experiment)) publics.candidates = fl::candidates(publics.plain_features);
  return publics;
}

std::int64_t public_feature_bytes(const Experiment& experiment) {
  if (!needs_features(experiment)) return 0;
  const std::int64_t variants = needs_mirrored(experiment) ? 2 : 1;
  return variants * experiment.publics->images() * experiment.backbone->config().embedding *
         static_cast<std::int64_t>(sizeof(float));
}

}  // namespace fedfr::run
