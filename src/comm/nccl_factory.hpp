#pragma once
#include <memory>

#include "fedfr/comm/mpi_communicator.hpp"

namespace fedfr::comm {

/// An NcclCommunicator where the build has one, so that no other file depends on the kind of build.
/// @throws PeerError in a build without CUDA
std::unique_ptr<Communicator> make_nccl_communicator(std::unique_ptr<MpiCommunicator> mpi);

}  // namespace fedfr::comm
