// What a run needs of the file system of its --output: that all ranks see it, that it can be written, the
// lock of a run directory, speed and room. A folder is made for the time of the checks where the run would
// make its own.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "doctor_checks.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/record/run_lock.hpp"
#include "startup.hpp"

namespace fedfr::app {

namespace fs = std::filesystem;

namespace {

/// A folder for the time of the checks.
class ProbeFolder {
 public:
  explicit ProbeFolder(const fs::path& parent)
      : path_(parent / fmt::format(".fedfr-doctor-{}-{}", comm::hostname(), ::getpid())) {
    std::error_code failed;
    fs::create_directory(path_, failed);
    if (failed)
      throw DataError("cannot write into {}: {}; choose another --output", parent.string(), failed.message());
  }
  ProbeFolder(const ProbeFolder&) = delete;
  ProbeFolder& operator=(const ProbeFolder&) = delete;
  ~ProbeFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Where a run would begin to create folders.
fs::path nearest_existing(const fs::path& folder) {
  std::error_code failed;
  fs::path nearest = fs::weakly_canonical(folder);
  while (!fs::exists(nearest, failed) && nearest.has_relative_path()) nearest = nearest.parent_path();
  return nearest;
}

Finding check_seen(comm::Communicator& comm, const fs::path& token, const fs::path& folder) {
  comm::on_every_rank(comm, "looking for a file of rank 0", [&] {
    if (!fs::exists(token))
      throw DataError(
          "this host does not see what rank 0 writes into {}: use a folder on a file system that all hosts "
          "share",
          folder.string());
  });
  return {.text = fmt::format("{} is writable{}", folder.string(),
                              comm.size() > 1 ? ", and every rank sees it" : "")};
}

/// Locks keep a second job out of a run directory; nothing else needs them, datasets least of all. Rank 0
/// holds one that the last rank then has to be refused.
Finding check_locks(comm::Communicator& comm, const fs::path& file) {
  std::unique_ptr<run::RunLock> lock;
  comm::on_every_rank(comm, "taking a lock", [&] {
    if (comm.rank() == 0) lock = std::make_unique<run::RunLock>(file);
  });
  const std::string warning = share_text(comm, lock ? lock->warning() : "");
  std::array<double, 1> taken_twice{0};
  if (comm.rank() == comm.size() - 1) {
    try {
      const run::RunLock second(file);
      taken_twice[0] = 1;
    } catch (const DataError&) {  // as it should be
    }
  }
  comm.allreduce_max(taken_twice);
  if (!warning.empty())
    return {
        Verdict::warn, warning,
        "start one job at a time in a run directory, or choose an --output with locks (Lustre: mounted with "
        "flock; NFS: version 4, or with a lock daemon)"};
  if (taken_twice[0] > 0)
    return {
        Verdict::warn, "a lock of one rank does not keep out another",
        "start one job at a time in a run directory: its lock holds on one host only (Lustre: mounted with "
        "localflock; NFS: with local_lock)"};
  return {.text = "a second job in a run directory will be refused"};
}

Finding check_writing(comm::Communicator& comm, const fs::path& folder) {
  constexpr double mebibytes = 64;
  std::array<double, 2> seconds{0, std::numeric_limits<double>::infinity()};
  comm::on_every_rank(comm, "writing", [&] {
    if (comm.rank() != 0) return;
    // By the function that writes checkpoints, so with its fsync and rename. Of several small files the
    // fastest counts: others use the disk too.
    const std::vector<std::byte> data(static_cast<std::size_t>(mebibytes) << 20, std::byte{0x5A});
    const std::span<const std::byte> piece = data;
    Stopwatch watch;
    replace_file(folder / "large", std::span(&piece, 1));
    seconds[0] = watch.seconds();
    for (int repetition = 0; repetition < 3; ++repetition) {
      watch.restart();
      replace_file(folder / "small", "a line\n");
      seconds[1] = std::min(seconds[1], watch.seconds());
    }
  });
  comm.broadcast(std::as_writable_bytes(std::span(seconds)), 0);
  const double rate = mebibytes / seconds[0];
  Finding finding{.text =
                      fmt::format("{:g} MiB with fsync in {:.2f} s, {:.0f} MiB/s; a small file in {:.1f} ms",
                                  mebibytes, seconds[0], rate, seconds[1] * 1e3)};
  if (rate < 20 || seconds[1] > 0.2) {
    finding.verdict = Verdict::warn;
    finding.advice =
        "every round writes a checkpoint and each client's state: use a faster file system for --output";
  }
  return finding;
}

Finding check_space(comm::Communicator& comm, const fs::path& folder) {
  std::array<double, 1> gigabytes{0};
  comm::on_every_rank(comm, "asking for free space", [&] {
    std::error_code failed;
    const auto space = fs::space(folder, failed);
    if (failed) throw DataError("cannot ask for the free space of {}: {}", folder.string(), failed.message());
    gigabytes[0] = static_cast<double>(space.available) / 1e9;
  });
  comm.broadcast(std::as_writable_bytes(std::span(gigabytes)), 0);
  Finding finding{.text = fmt::format("{:.1f} GB free", gigabytes[0])};
  if (gigabytes[0] < 10) {
    finding.verdict = Verdict::warn;
    finding.advice =
        "a client's state is several times its model, in two generations, for every client: make room first";
  }
  return finding;
}

}  // namespace

void check_storage(DoctorReport& report, comm::Communicator& comm, const fs::path& folder) {
  std::unique_ptr<ProbeFolder> probe;
  fs::path path;
  const bool usable = report.check("output", [&] {
    comm::on_every_rank(comm, "creating a folder", [&] {
      if (comm.rank() == 0) probe = std::make_unique<ProbeFolder>(nearest_existing(folder));
    });
    path = share_text(comm, probe ? probe->path().string() : "");
    comm::on_every_rank(comm, "creating a file", [&] {
      if (probe) replace_file(path / "token", "");
    });
    return check_seen(comm, path / "token", path.parent_path());
  });
  if (!usable) return;
  report.check("locks", [&] { return check_locks(comm, path / "lock"); });
  report.check("writing", [&] { return check_writing(comm, path); });
  report.check("space", [&] { return check_space(comm, path); });
  comm.barrier();  // before rank 0 removes the folder that others look into
}

}  // namespace fedfr::app
