#include "startup.hpp"

#include <H5public.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "device.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/signals.hpp"
#include "fedfr/core/spinning.hpp"
#include "fedfr/core/version.hpp"
#include "fedfr/data/inspect/overlap.hpp"
#include "fedfr/fl/disclosure.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/run_folder_check.hpp"
#include "model_source.hpp"

// From words to a job that can work, in steps that all ranks take together: rank 0 reads the job file and all
// parse the same text; devices; the watchdog and the transport, which needs to know the devices; data. Each
// step is agreed on, so that a mistake ends all ranks with one message.
namespace fedfr::app {

namespace {

constexpr double startup_deadline = 120;  // seconds, before the user's own is known
// Seconds for data on their way between ranks, unless the user sets one.
constexpr double data_deadline = 600;

std::string describe_dataset(const data::Dataset& dataset) {
  const std::string clients =
      dataset.role() == data::Role::clients ? run::with_commas(dataset.clients()) + " clients, " : "";
  return fmt::format("{}: {}{} identities, {} images, fingerprint {}", dataset.path().string(), clients,
                     run::with_commas(dataset.identities()), run::with_commas(dataset.images()),
                     dataset.fingerprint());
}

std::string mpi_version() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  return text.substr(0, std::min(text.find(','), static_cast<std::size_t>(length)));
}

/// Chooses this rank's device and the transport between the ranks.
at::Device connect(Startup& startup, comm::MpiSession& mpi, comm::Communicator& first,
                   const run::Options& options) {
  startup.topology = comm::discover_topology(first);
  at::Device device = at::kCPU;
  comm::on_every_rank(first, "choosing a device", [&] {
    device = choose_device(options, startup.topology);
    set_numerics(options, startup.topology);
  });
  startup.watchdog = std::make_unique<comm::Watchdog>(
      mpi, comm::Watchdog::Options{.deadline_seconds = options.deadline, .job_is_ending = [] {
                                     const std::string signal = stop_signal();
                                     return signal == "SIGTERM" || signal == "SIGHUP";
                                   }});
  startup.comm = comm::make_communicator(
      mpi, device.is_cuda(), options.deadline > 0 ? options.deadline : data_deadline, startup.watchdog.get());
  return device;
}

/// Collective: of what ranks have to tell the user, that of the lowest.
void add_warning(Startup& startup, const std::string& mine) {
  for (const auto& part : startup.comm->allgather_bytes(std::as_bytes(std::span(mine)))) {
    if (part.empty()) continue;
    startup.warnings.emplace_back(reinterpret_cast<const char*>(part.data()), part.size());
    return;
  }
}

/// Where more threads want to run than may at once, each waits for the others.
std::string crowding(const run::Options& options, const comm::Topology& topology, int rank) {
  const int threads = threads_of(options, topology);
  if (threads <= topology.own_processors) return "";
  return fmt::format(
      "rank {} computes with {} thread(s), but its part of {} is {:.3g} processor(s) ({}): fewer ranks or "
      "--threads are faster. Another number of threads gives other last bits",
      rank, threads, topology.host, topology.own_processors, comm::describe(topology));
}

/// Rank 0 looks for people of a benchmark or the public set that clients train on too.
void warn_of_shared_people(Startup& startup) {
  comm::on_every_rank(*startup.comm, "comparing the datasets", [&] {
    if (startup.comm->rank() != 0) return;
    const auto& experiment = *startup.experiment;
    std::vector<data::Dataset> trained;
    for (const auto& set : {experiment.clients, experiment.publics})
      if (set) trained.push_back(*set);
    std::ranges::move(data::overlap_warnings(trained, experiment.benchmarks),
                      std::back_inserter(startup.warnings));
  });
}

/// The numerics of the run are those of rank 0. On other hardware elsewhere, the bits depend on which rank
/// trains a client.
run::Numerics agree_on_numerics(Startup& startup, const run::Options& options, at::Device device) {
  const run::Numerics mine = numerics(options, device);
  const auto shared = share_text(*startup.comm, json_text(nlohmann::json(mine)));
  const auto of_rank_0 = nlohmann::json::parse(shared).get<run::Numerics>();
  std::string text;
  for (const auto& difference : run::differences(of_rank_0, mine))
    text += fmt::format(
        "{} is '{}' on rank 0 and '{}' on rank {}: the last bits depend on which rank trains a client",
        difference.name, difference.before, difference.now, startup.comm->rank());
  add_warning(startup, text);
  add_warning(startup, device.is_cpu() ? crowding(options, startup.topology, startup.comm->rank()) : "");
  return of_rank_0;
}

}  // namespace

std::string share_text(comm::Communicator& comm, const std::string& text) {
  const std::string mine = comm.rank() == 0 ? text : "";
  const auto all = comm.allgather_bytes(std::as_bytes(std::span(mine)));
  return {reinterpret_cast<const char*>(all[0].data()), all[0].size()};
}

namespace {

/// The record of a run names its folder as it was seen when the run began. Where that is another place now,
/// the run was moved or the command was given elsewhere, and would begin anew there.
void refuse_record_of_another_place(const run::CommandLine& command_line, std::string_view text,
                                    const run::Options& options) {
  const bool named =
      std::ranges::any_of(command_line.settings, [](const auto& s) { return s.name == "output"; });
  if (named || !text.starts_with(run::record_title)) return;
  const std::filesystem::path record(command_line.job_file);
  const auto folder = record.has_parent_path() ? record.parent_path() : std::filesystem::path(".");
  std::error_code ignored;
  if (record.filename() != "config.cfg" || std::filesystem::equivalent(folder, options.output, ignored))
    return;
  throw UsageError(
      "{} is the record of the run in its folder, but names {} as the output: say --output {} to go "
      "on with that run, or another --output to begin one",
      record.string(), options.output.string(), folder.string());
}

}  // namespace

Startup start(comm::MpiSession& mpi, std::span<const std::string> args) {
  Startup startup;
  const auto first = comm::make_communicator(mpi, false, startup_deadline);
  run::CommandLine command_line;
  std::string text;
  comm::on_every_rank(*first, "reading the job file", [&] {
    command_line = run::parse_command_line(args);
    // By one rank, for all: a job file may be a pipe, and other hosts may not see it.
    if (mpi.rank() == 0 && !command_line.job_file.empty())
      text = read_input(command_line.job_file, most_bytes_of_options);
  });
  text = share_text(*first, text);
  comm::on_every_rank(*first, "reading the options", [&] {
    const auto settings = run::parse_job_file(text, command_line.job_file.string());
    startup.configuration = run::resolve(settings, command_line.settings);
    refuse_record_of_another_place(command_line, text, startup.configuration.options);
    run::validate(startup.configuration);
    run::check_files(startup.configuration);
    take_network_of_init(startup.configuration);
    run::check_output(startup.configuration);
  });
  const run::Options& options = startup.configuration.options;
  // Only now, since the options name the device, and the device the transport.
  const at::Device device = connect(startup, mpi, *first, options);
  const auto numerics = agree_on_numerics(startup, options, device);
  comm::on_every_rank(*startup.comm, "opening the data", [&] {
    startup.experiment = std::make_unique<run::Experiment>(options, device, numerics);
    startup.experiment->check_training();
  });
  warn_of_shared_people(startup);
  return startup;
}

Startup start_evaluation(comm::MpiSession& mpi, const std::function<run::Options()>& options) {
  Startup startup;
  const auto first = comm::make_communicator(mpi, false, startup_deadline);
  comm::on_every_rank(*first, "reading the options", [&] { startup.configuration.options = options(); });
  const at::Device device = connect(startup, mpi, *first, startup.configuration.options);
  const auto numerics = agree_on_numerics(startup, startup.configuration.options, device);
  comm::on_every_rank(*startup.comm, "opening the data", [&] {
    startup.experiment = std::make_unique<run::Experiment>(startup.configuration.options, device, numerics);
  });
  return startup;
}

run::BannerFacts banner_facts(const Startup& startup, const fl::GlobalModel& model,
                              const std::string& start_note) {
  const auto& experiment = *startup.experiment;
  const auto& network = model.backbone().config();
  run::BannerFacts facts;
  facts.libraries = {{"mpi", mpi_version()},
                     {"transport", startup.comm->description()},
                     {"torch", torch_version()},
                     {"hdf5", H5_VERS_INFO}};
  facts.ranks = startup.comm->size();
  facts.hosts = startup.topology.hosts;
  facts.threads = threads_of(experiment.options, startup.topology);
  facts.processors =
      fmt::format("{} | threads that wait {}", comm::describe(startup.topology), describe_spinning());
  facts.host = startup.topology.host;
  facts.device = describe(experiment.device);
  facts.model = fmt::format("{} x{}, {}x{} -> {}", network.name, network.width, network.height,
                            network.width_pixels, network.embedding);
  facts.parameters = model.parameters().size();
  facts.start = start_note;
  if (experiment.clients) facts.datasets.emplace_back("clients", describe_dataset(*experiment.clients));
  if (experiment.publics) facts.datasets.emplace_back("public", describe_dataset(*experiment.publics));
  for (const auto& benchmark : experiment.benchmarks)
    facts.datasets.emplace_back("benchmark", describe_dataset(benchmark));
  facts.leaves_client = fl::disclosure(experiment.algorithm, model);
  return facts;
}

}  // namespace fedfr::app
