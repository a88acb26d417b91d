#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/comm/mpi_session.hpp"
#include "fedfr/comm/topology.hpp"
#include "fedfr/comm/watchdog.hpp"
#include "fedfr/run/experiment.hpp"
#include "fedfr/run/record/console.hpp"

namespace fedfr::app {

/// All that a subcommand needs before it starts work, agreed on by all ranks.
struct Startup {
  run::Configuration configuration;
  comm::Topology topology;
  // Before the communicator, which asks it until its own end.
  std::unique_ptr<comm::Watchdog> watchdog;
  std::unique_ptr<comm::Communicator> comm;
  std::vector<std::string> warnings;  ///< sentences for the user
  std::unique_ptr<run::Experiment> experiment;
};

/// Rank 0 reads the job file, all ranks parse the same text, choose devices and open the data. Collective.
/// @throws AgreedError on every rank, with what to do
Startup start(comm::MpiSession& mpi, std::span<const std::string> args);

/// The same for a model that is only evaluated. Collective.
/// @param options  makes the options; what it throws is agreed on
Startup start_evaluation(comm::MpiSession& mpi, const std::function<run::Options()>& options);

/// The text that rank 0 has. Collective.
std::string share_text(comm::Communicator& comm, const std::string& text);

run::BannerFacts banner_facts(const Startup& startup, const fl::GlobalModel& model,
                              const std::string& start_note);

}  // namespace fedfr::app
