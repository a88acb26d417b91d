#pragma once
#include <functional>
#include <string_view>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::comm {

/// An error that every rank of the job throws at the same place, with the same text and the exit code of the
/// rank where it happened: rank 0 can report it for all, and all can end in order, without MpiSession::abort.
struct AgreedError : Error {
  using Error::Error;
};

/// Collective. Runs `work`, which must not communicate, and then lets the ranks agree whether it succeeded
/// everywhere.
/// @param phase  what the work is, for the text and the record of the activity: "reading the job file"
/// @throws AgreedError on every rank if it failed on any; of several failures that of the lowest rank. In a
///         job of one rank the exception passes as it is
void on_every_rank(Communicator& comm, std::string_view phase, const std::function<void()>& work);

}  // namespace fedfr::comm
