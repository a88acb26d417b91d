#pragma once
#include <cstdint>

#include "fedfr/comm/communicator.hpp"

namespace fedfr::comm {

/// Whether all ranks have the same number. Collective.
bool all_equal(Communicator& comm, std::uint64_t mine);

}  // namespace fedfr::comm
