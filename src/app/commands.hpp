#pragma once
#include <span>
#include <string>

#include "fedfr/comm/mpi_session.hpp"

/// The subcommands of the MPI program. Each is collective and returns an exit code.
namespace fedfr::app {

int run_train(comm::MpiSession& mpi, std::span<const std::string> args);
int run_evaluate(comm::MpiSession& mpi, std::span<const std::string> args);
int run_compare(comm::MpiSession& mpi, std::span<const std::string> args);
int run_extract(comm::MpiSession& mpi, std::span<const std::string> args);
int run_probe(comm::MpiSession& mpi, std::span<const std::string> args);
int run_doctor(comm::MpiSession& mpi, std::span<const std::string> args);

/// Serial: no MPI.
int run_verify(std::span<const std::string> args);

}  // namespace fedfr::app
