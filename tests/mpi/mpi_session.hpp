#pragma once
#include "fedfr/comm/mpi_session.hpp"

namespace fedfr::test {

/// The session of the test program, begun by its main.
const comm::MpiSession& mpi_session();

}  // namespace fedfr::test
