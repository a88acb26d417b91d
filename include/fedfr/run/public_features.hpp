#pragma once
#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/nn/feature_memory.hpp"
#include "fedfr/run/experiment.hpp"

namespace fedfr::run {

/// The public images of a round, and what the choice of images and terms need to know of them by the global
/// model: worked out once for all clients, each rank a share. Collective.
/// @throws comm::AgreedError where a rank has no room for the embeddings
fl::PublicData see_public_set(const Experiment& experiment, comm::Communicator& comm,
                              const fl::GlobalModel& model, nn::FeatureMemory& memory);

/// The bytes of those embeddings on each rank.
std::int64_t public_feature_bytes(const Experiment& experiment);

}  // namespace fedfr::run
