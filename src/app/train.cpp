#include <fmt/format.h>

#include <array>

#include "commands.hpp"
#include "dry_run.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/signals.hpp"
#include "fedfr/run/central/central_loop.hpp"
#include "fedfr/run/round_loop.hpp"
#include "input_check.hpp"
#include "startup.hpp"

// `fedfr train`: puts the parts of a run together in the order of their lifetimes and lets the round loop
// work. Only rank 0 opens the run directory, for the whole job.
namespace fedfr::app {

int run_train(comm::MpiSession& mpi, std::span<const std::string> args) {
  const StopSignals signals;  // a stop while the data are opened is one with a checkpoint too
  const Startup startup = start(mpi, args);
  const auto& experiment = *startup.experiment;
  comm::Communicator& comm = *startup.comm;
  run::Console console(comm.rank(), experiment.options.log_level);

  std::string note;
  std::unique_ptr<fl::GlobalModel> model;
  comm::on_every_rank(comm, "loading the start of the model",
                      [&] { model = std::make_unique<fl::GlobalModel>(experiment.initial_model(note)); });
  if (experiment.options.dry_run) {
    if (comm.rank() == 0) print_dry_run(startup, *model, console);
    return 0;
  }

  const run::RunPaths paths(experiment.options.output);
  std::unique_ptr<run::RunDirectory> directory;
  comm::on_every_rank(comm, "opening the run directory", [&] {
    if (comm.rank() != 0) return;
    directory = std::make_unique<run::RunDirectory>(experiment.options, experiment.numerics,
                                                    experiment.data_record(*model));
    startup.experiment->benchmark_names = directory->benchmark_names();
    console.log_to(paths.log);
  });
  if (comm.rank() == 0) {
    console.info(run::banner(banner_facts(startup, *model, note), experiment.options));
    for (const auto& warning : startup.warnings) console.warning(warning);
    for (const auto& warning : directory->warnings()) console.warning(warning);
    for (const auto& remark : run::remarks(experiment.options)) console.warning(remark);
  }
  // Only rank 0 knows the folder, and all take part in the check.
  std::array<double, 1> continues{directory && directory->continues() ? 1.0 : 0.0};
  comm.allreduce_max(continues);
  if (continues[0] == 0) check_input_of_run(startup, *model, console);
  run::Profile profile(experiment.options.profile, experiment.device.is_cuda(), comm, console, paths);
  run::Recorder recorder(experiment.recorded(), comm, console, paths, profile);
  profile.around([&] {
    const auto begun = [&] {
      if (directory) directory->keep_record();
    };
    if (experiment.algorithm.pools_data)
      run::CentralLoop(experiment, comm, std::move(*model), paths, recorder).run(begun);
    else
      run::RoundLoop(experiment, comm, std::move(*model), paths, recorder).run(begun);
  });
  return 0;
}

}  // namespace fedfr::app
