#include <fmt/format.h>
#include <mpi.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/comm/gpu.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "fedfr/comm/topology.hpp"
#include "fedfr/core/error.hpp"
#include "measure.hpp"
#include "setting.hpp"

// The sum over ranks beside a bare MPI_Allreduce of the same bytes: what checking that all ranks have come,
// chunks and, on GPUs, the way through the device cost.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

// Seconds; long enough for any sum that is measured here, so that only a rank that has died meets it.
constexpr double deadline = 60;

void take_gpu(comm::Communicator& ranks) {
  if (const auto gpu = comm::discover_topology(ranks).gpu()) comm::select_gpu(*gpu);
}

/// Bytes that cross each link a second, as NVIDIA's nccl-tests count them: a sum takes 2(n-1)/n times its
/// size.
std::string bus_bandwidth(std::size_t bytes, int ranks, double seconds) {
  const double crossing = 2.0 * static_cast<double>(bytes) * (ranks - 1) / ranks;
  return fmt::format("{:.3g} GB/s of the bus", crossing / seconds / 1e9);
}

/// @returns false where there is nobody to sum with
bool measure(const Setting& setting, bool on_gpus) {
  int argc = 0;
  char** argv = nullptr;
  comm::MpiSession mpi(argc, argv);
  if (mpi.size() < 2) return false;
  // NCCL takes the GPU that the process has selected, so that each rank selects its own before the
  // communicator is made; who is on which host is found out through MPI.
  if (on_gpus) take_gpu(*comm::make_communicator(mpi, /*rank_has_own_gpu=*/false, deadline));
  const auto ours = comm::make_communicator(mpi, on_gpus, deadline);
  Report report("allreduce");
  report.setting("ranks", mpi.size());
  report.setting("transport", ours->description());
  // 8 KiB, 1 MiB and 64 MiB: latency, the middle, bandwidth.
  for (const std::size_t count : {std::size_t{1} << 10, std::size_t{1} << 17, std::size_t{1} << 23}) {
    std::vector<std::int64_t> values(count, 0);
    const auto timings =
        measure_in_turn(setting.runs * 3,
                        {[&] { ours->allreduce_sum(values); },
                         [&] {
                           comm::check_mpi(MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(count),
                                                         MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD),
                                           "measuring bare MPI");
                         }});
    report.add({.what = fmt::format("{} KiB", count * sizeof(std::int64_t) >> 10),
                .value = timings[0].median * 1e3,
                .unit = "ms",
                .bound = "bare MPI_Allreduce",
                .limit = timings[1].median * 1e3,
                .note = bus_bandwidth(count * sizeof(std::int64_t), mpi.size(), timings[0].median)});
  }
  if (mpi.rank() == 0) setting.publish(report);
  return true;
}

}  // namespace

void run_allreduce(Words words) {
  Setting setting;
  std::string device = "cpu";
  po::options_description options("options", 110);
  setting.add_to(options);
  options.add_options()("device", po::value(&device)->default_value(device),
                        "cpu: through MPI; cuda: through NCCL, copies to the GPU and back included");
  if (!tool::parse(words, options, {},
                   "The sum of 64-bit integers over the ranks, which every round ends with, beside a bare "
                   "MPI_Allreduce of "
                   "the same bytes.\nStart it under a launcher:  mpirun -n 2 fedfr-bench allreduce\n"
                   "On GPUs, one a rank:         mpirun -n 8 fedfr-bench allreduce --device cuda\n"))
    return;
  setting.apply();
  if (device != "cpu" && device != "cuda") throw UsageError("--device is {}: choose cpu or cuda", device);
  if (device == "cuda" && comm::visible_gpus() == 0)
    throw UsageError("--device cuda: no GPU is visible on {}", comm::hostname());
  if (!measure(setting, device == "cuda"))
    throw UsageError("allreduce needs ranks: mpirun -n 2 fedfr-bench allreduce");
}

}  // namespace fedfr::bench
