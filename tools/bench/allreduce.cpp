#include <fmt/format.h>
#include <mpi.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "fedfr/core/error.hpp"
#include "measure.hpp"
#include "setting.hpp"

namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

/// @returns false where there is nobody to sum with
bool measure(const Setting& setting) {
  int argc = 0;
  char** argv = nullptr;
  comm::MpiSession mpi(argc, argv);
  if (mpi.size() < 2) return false;
  constexpr double deadline = 60;
  const auto ours = comm::make_communicator(mpi, /*rank_has_own_gpu=*/false, deadline);
  Report report("allreduce");
  report.setting("ranks", mpi.size());
  report.setting("transport", ours->description());
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
                .limit = timings[1].median * 1e3});
  }
  if (mpi.rank() == 0) setting.publish(report);
  return true;
}

}  // namespace

void run_allreduce(Words words) {
  Setting setting;
  po::options_description options("options", 110);
  setting.add_to(options);
  if (!tool::parse(words, options, {},
                   "The sum of 64-bit integers over the ranks, which every round ends with, beside a bare "
                   "MPI_Allreduce of "
                   "the same bytes.\nStart it under a launcher:  mpirun -n 2 fedfr-bench allreduce\n"))
    return;
  setting.apply();
  if (!measure(setting)) throw UsageError("allreduce needs ranks: mpirun -n 2 fedfr-bench allreduce");
}

}  // namespace fedfr::bench
