#pragma once
#include <cstdint>
#include <functional>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parallel/class_slices.hpp"

/// The model of centralized training as one thing, where its class centres lie on several ranks.
namespace fedfr::run {

/// Shows rank 0 the centres of one block after the other. Collective.
/// @param first  classes before it are left out
/// @param visit  of the first such class in the block, and the centres [n,D] on the CPU from there on
void for_each_block(const fl::ClassSlices& classes, std::int64_t first, comm::Communicator& comm,
                    const std::function<void(std::int64_t begin, const at::Tensor& centres)>& visit);

/// What GlobalModel::hash would be if it held the centres of the classes from `first` on as public ones.
/// Collective.
/// @param backbone  the model without them
/// @returns         on rank 0; 0 elsewhere
std::uint64_t central_hash(const fl::GlobalModel& backbone, const fl::ClassSlices& classes,
                           std::int64_t first, comm::Communicator& comm);

}  // namespace fedfr::run
