#include <H5public.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "commands.hpp"
#include "device.hpp"
#include "doctor_checks.hpp"
#include "fedfr/comm/gpu.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "fedfr/comm/mpi_communicator.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/version.hpp"

// `fedfr doctor`: the checks in the order in which failures explain one another, from versions over ranks and
// transport to the file system. They go through the same code as a run, so that what passes here works there.
namespace fedfr::app {

namespace {

constexpr const char* usage =
    R"(Checks the installation and the place where it runs, and says what to do about it.

  fedfr doctor [--output DIR] [--json FILE]

Start it as a run would be started, with the same launcher and number of ranks. DIR is where runs shall write, by
default the working directory; it gets a folder .fedfr-doctor-* for the time of the check. FILE gets the findings.

Examples
  mpirun -np 2 fedfr doctor
  srun --mpi=pmix --ntasks=8 --gpus-per-task=1 fedfr doctor --output runs --json doctor.json

Exit codes: 0 nothing failed, 3 a failure of the file system, 4 of MPI or a device.
)";

constexpr double deadline = 60;  // seconds

struct Request {
  std::filesystem::path output = ".";
  std::filesystem::path json;
};

Request parse(std::span<const std::string> args) {
  Request request;
  for (std::size_t i = 0; i < args.size(); i += 2) {
    if (args[i] != "--output" && args[i] != "--json")
      throw UsageError("doctor does not know '{}'; `fedfr doctor --help` has what it knows", args[i]);
    if (i + 1 == args.size()) throw UsageError("doctor: {} needs a value", args[i]);
    (args[i] == "--output" ? request.output : request.json) = args[i + 1];
  }
  return request;
}

}  // namespace

void check_versions(DoctorReport& report) {
  report.check("build", [] {
    return Finding{
        .text = fmt::format("fedfr {} commit {}, {}, {}", version(), commit(), compiler(), build_type())};
  });
  report.check("libraries", [] {
    std::string text = comm::MpiCommunicator::library();
    if (const char* pmix = std::getenv("PMIX_VERSION")) text += fmt::format(", PMIx {}", pmix);
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    text += fmt::format(", LibTorch {}, HDF5 {}.{}.{}", torch_version(), major, minor, release);
    for (const auto& [name, number] : comm::gpu_libraries()) text += fmt::format(", {} {}", name, number);
    return Finding{.text = text};
  });
}

int run_doctor(comm::MpiSession& mpi, std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    if (mpi.rank() == 0) fmt::print("{}", usage);
    return 0;
  }
  const auto comm = comm::make_communicator(mpi, false, deadline);
  Request request;
  comm::on_every_rank(*comm, "reading the command line", [&] {
    request = parse(args);
    if (mpi.rank() == 0 && !request.json.empty()) check_output(request.json);
  });
  DoctorReport report(*comm);
  check_versions(report);
  const comm::Topology topology = comm::discover_topology(*comm);
  check_ranks(report, *comm, topology);
  check_transport(report, mpi, *comm, topology);
  check_clocks(report, *comm, topology);
  check_storage(report, *comm, request.output);
  comm::on_every_rank(*comm, "writing the findings", [&] {
    if (mpi.rank() != 0) return;
    if (!request.json.empty()) report.save(request.json);
    if (request.json.empty() || !is_standard_output(request.json)) fmt::print("{}\n", report.summary());
  });
  return static_cast<int>(report.outcome());
}

}  // namespace fedfr::app
