#pragma once
#include <functional>
#include <string_view>

#include "fedfr/comm/communicator.hpp"

namespace fedfr::comm {

/// Runs `local_work`, which must not communicate, and lets all ranks agree whether it succeeded everywhere,
/// so that no rank enters the next collective alone. Collective.
/// @throws what `local_work` threw on this rank; on the others an Error with the text and the exit code of
/// the first
///         rank that failed
void on_every_rank(Communicator& comm, std::string_view phase, const std::function<void()>& local_work);

}  // namespace fedfr::comm
