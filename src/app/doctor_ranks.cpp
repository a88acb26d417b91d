#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "doctor_checks.hpp"
#include "fedfr/comm/gpu.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/spinning.hpp"

// The checks of launcher, places and transport. Every finding must be the same on all ranks, since it decides
// who goes on: what ranks see apart is first made one by extremes over all of them (range_over).
namespace fedfr::app {

namespace {

constexpr double deadline = 60;  // seconds

int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

struct Range {
  double least = 0;
  double most = 0;
  std::string text() const {
    return least == most ? fmt::format("{:g}", most) : fmt::format("{:g} to {:g}", least, most);
  }
};

/// Collective: of a number that each rank has.
Range range_over(comm::Communicator& comm, double mine) {
  std::array<double, 2> extremes{-mine, mine};
  comm.allreduce_max(extremes);
  return {-extremes[0], extremes[1]};
}

/// Ranks that the launcher has started, as far as it says so.
int launched_ranks() {
  if (const int ranks = number_in("OMPI_COMM_WORLD_SIZE"); ranks > 0) return ranks;
  if (const int ranks = number_in("PMI_SIZE"); ranks > 0) return ranks;
  return number_in("SLURM_STEP_NUM_TASKS");
}

Finding check_launch(int ranks) {
  const int launched = launched_ranks();
  if (launched > 1 && ranks != launched)
    return {Verdict::fail,
            fmt::format("the launcher started {} processes, but MPI has {} rank(s)", launched, ranks),
            "the launcher belongs to another MPI than fedfr: use the mpirun of the MPI above, or srun "
            "--mpi=pmix"};
  const int tasks = number_in("SLURM_NTASKS");
  if (tasks > 1 && ranks == 1)
    return {Verdict::warn, fmt::format("one rank in a Slurm job of {} tasks", tasks),
            "start it with srun --mpi=pmix, or with mpirun"};
  return {.text = launched > 0 ? fmt::format("{} rank(s), as the launcher says", ranks)
                               : fmt::format("{} rank(s), no launcher", ranks)};
}

std::string quota_text(const Range& quota) {
  if (std::isinf(quota.least)) return "no cpu quota";
  if (std::isinf(quota.most)) return fmt::format("a cpu quota of {:g} on some hosts", quota.least);
  return "cpu quota " + quota.text();
}

/// What is wrong with the ranks' places; empty if nothing is. Collective.
std::string advice_on_processors(comm::Communicator& comm, const comm::Topology& topology) {
  const auto online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  const auto on_any_rank = [&](bool mine) { return range_over(comm, mine ? 1 : 0).most > 0; };
  // A host with room for several processors a rank on which a rank is tied to one.
  const bool tied = on_any_rank(topology.allowed_processors == 1 && online >= 2 * topology.local_ranks);
  const bool crowded = on_any_rank(topology.own_processors < 1);
  const Range own = range_over(comm, std::floor(topology.own_processors));
  if (crowded && comm.size() == 1)
    return "less than one processor may be used: training takes as much longer; ask for a larger quota";
  if (crowded) return "more ranks than processors: start fewer, or set OMPI_MCA_mpi_yield_when_idle=1";
  if (tied)
    return "ranks are bound to one processor: mpirun --bind-to none, or sbatch and srun --cpus-per-task=N";
  if (own.least < own.most)
    return fmt::format(
        "ranks could use {} threads each by their places and quotas; all take the fewest, since results "
        "depend on the "
        "number: give every host the same",
        own.text());
  return "";
}

Finding check_processors(comm::Communicator& comm, const comm::Topology& topology) {
  constexpr double unlimited = std::numeric_limits<double>::infinity();
  const Range allowed = range_over(comm, topology.allowed_processors);
  const Range local = range_over(comm, topology.local_ranks);
  const Range here = range_over(comm, static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN)));
  const Range quota = range_over(comm, topology.quota.value_or(unlimited));
  Finding finding{
      .text = fmt::format(
          "a rank may use {} of {} processors of its host, {}, shared by {} rank(s): {} thread(s) a rank",
          allowed.text(), here.text(), quota_text(quota), local.text(), topology.threads_per_rank),
      .advice = advice_on_processors(comm, topology)};
  if (!finding.advice.empty()) finding.verdict = Verdict::warn;
  return finding;
}

/// How threads that wait for others do it (core/spinning.hpp).
Finding check_waiting() {
  const std::string how = describe_spinning();
  Finding finding{.text = "threads that wait for others " + how};
  if (how.starts_with("spin for long") && is_shared(processor_use())) {
    finding.verdict = Verdict::warn;
    finding.advice =
        "others use these processors too, which may make several threads slower than one: start `fedfr`, not "
        "its "
        "worker, or set OMP_WAIT_POLICY=passive";
  }
  return finding;
}

/// The best of a few sums of 64 MiB, which is about the update of a large model.
double sum_seconds(comm::Communicator& comm, std::vector<std::int64_t>& values) {
  double best = std::numeric_limits<double>::infinity();
  for (int repetition = 0; repetition < 3; ++repetition) {
    std::ranges::fill(values, comm.rank() + 1);
    comm.barrier();
    const Stopwatch watch;
    comm.allreduce_sum(values);
    best = std::min(best, range_over(comm, watch.seconds()).most);
  }
  return best;
}

Finding check_sum(comm::Communicator& comm, const comm::Topology& topology) {
  if (comm.size() == 1) return {.text = "one rank: nothing to add"};
  constexpr double mebibytes = 64;
  std::vector<std::int64_t> values(static_cast<std::size_t>(mebibytes) << 17);
  const double seconds = sum_seconds(comm, values);
  const std::int64_t expected = static_cast<std::int64_t>(comm.size()) * (comm.size() + 1) / 2;
  const bool right = std::ranges::all_of(values, [&](std::int64_t value) { return value == expected; });
  // Agreed on: all ranks must take the same way from here.
  if (range_over(comm, right ? 1 : 0).least < 1)
    return {Verdict::fail, fmt::format("a sum over {} ranks is wrong: {}", comm.size(), comm.description()),
            "this MPI or NCCL is broken: try another version, or another transport (OMPI_MCA_btl, UCX_TLS)"};
  const double rate = mebibytes / seconds;
  Finding finding{.text = fmt::format("{:g} MiB in {:.3f} s, {:.0f} MiB/s; {}", mebibytes, seconds, rate,
                                      comm.description())};
  constexpr double slow = 100;  // MiB/s, Ethernet of 1 Gbit/s
  if (rate < slow && topology.hosts > 1) {
    finding.verdict = Verdict::warn;
    finding.advice =
        "hosts may talk over a slow network: choose one with OMPI_MCA_btl_tcp_if_include or UCX_NET_DEVICES";
  }
  return finding;
}

Finding check_gpus(comm::Communicator& comm, const comm::Topology& topology) {
  const Range visible = range_over(comm, topology.visible_gpus);
  const bool driver = range_over(comm, access("/proc/driver/nvidia/version", F_OK) == 0 ? 1 : 0).most > 0;
  const bool cuda_build = !comm::gpu_libraries().empty();
  if (!cuda_build && driver)
    return {Verdict::warn, "there is a GPU driver, but this build computes on processors only",
            "configure it with -DFEDFR_CUDA=ON where a CUDA toolkit is"};
  if (!cuda_build) return {.text = "a build for processors only"};
  if (visible.most == 0)
    return {Verdict::warn, driver ? "a GPU driver, but no GPU that a rank may use" : "no GPU driver",
            "ask for GPUs (sbatch --gpus-per-task=1) and look at CUDA_VISIBLE_DEVICES, or use --device cpu"};
  if (visible.least == 0)
    return {Verdict::fail, fmt::format("{} GPUs a rank: some ranks have none", visible.text()),
            "ask for as many GPUs as ranks (sbatch --gpus-per-task=1)"};
  return {.text = fmt::format("a rank sees {} GPU(s)", visible.text())};
}

}  // namespace

std::optional<std::string_view> launch_without_mpi() {
  const bool has_server = std::getenv("PMIX_RANK") != nullptr || std::getenv("PMI_RANK") != nullptr ||
                          std::getenv("PMI_FD") != nullptr || std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr;
  if (number_in("SLURM_STEP_NUM_TASKS") < 2 || has_server) return std::nullopt;
  if (number_in("SLURM_PROCID") != 0) return "";
  return "srun has started several tasks without PMIx, so that they cannot find one another: use srun "
         "--mpi=pmix "
         "(`srun --mpi=list` shows whether this Slurm has it), or mpirun in the job script";
}

void check_ranks(DoctorReport& report, comm::Communicator& comm, const comm::Topology& topology) {
  report.check("launch", [&] { return check_launch(comm.size()); });
  report.check("ranks", [&]() -> Finding {
    const Range local = range_over(comm, topology.local_ranks);
    Finding finding{.text = fmt::format("{} rank(s) on {} host(s), {} a host", comm.size(), topology.hosts,
                                        local.text())};
    if (local.least < local.most) {
      finding.verdict = Verdict::warn;
      finding.advice =
          "threads a rank are the same everywhere, those of the fullest host: use --ntasks-per-node";
    }
    return finding;
  });
  report.check("processors", [&] { return check_processors(comm, topology); });
  report.check("waiting", [&] { return check_waiting(); });
}

void check_transport(DoctorReport& report, const comm::MpiSession& mpi, comm::Communicator& comm,
                     const comm::Topology& topology) {
  if (!report.check("gpus", [&] { return check_gpus(comm, topology); })) return;
  const bool on_gpus = range_over(comm, topology.visible_gpus).least > 0;
  report.check("allreduce", [&] {
    comm::on_every_rank(comm, "selecting a GPU", [&] {
      if (on_gpus) comm::select_gpu(*topology.gpu());
    });
    return check_sum(*comm::make_communicator(mpi, on_gpus, deadline), topology);
  });
}

void check_clocks(DoctorReport& report, comm::Communicator& comm, const comm::Topology& topology) {
  report.check("clocks", [&]() -> Finding {
    if (topology.hosts == 1) return {.text = "one host"};
    double skew = std::numeric_limits<double>::infinity();
    for (int repetition = 0; repetition < 5; ++repetition) {
      comm.barrier();  // which ranks leave nearly at once
      const Range now = range_over(comm, seconds_since_epoch());
      skew = std::min(skew, now.most - now.least);
    }
    Finding finding{.text = fmt::format("hosts differ by up to {:.3f} s", skew)};
    if (skew > 1) {
      finding.verdict = Verdict::warn;
      finding.advice =
          "times in logs mislead, and munge refuses a large skew: have the hosts' clocks synchronised (NTP)";
    }
    return finding;
  });
}

}  // namespace fedfr::app
