#include "fedfr/run/record/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/comm/topology.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/record/trace_file.hpp"

// The profile of a run: each rank measures itself (core/trace.hpp), sums are gathered from all, and single
// events are written rank after rank by rank 0. Everything from finish() on is collective, also where a file
// cannot be written.
namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

// About 120 bytes each in the file, which viewers have to hold as a whole.
constexpr std::int64_t most_events_of_rank = 1'000'000;
constexpr std::int64_t most_events = 2'000'000;
constexpr double least_share_on_console = 0.01;

/// trace.json -> trace.2.json
fs::path numbered(const fs::path& path, int number) {
  return path.parent_path() / fmt::format("{}.{}{}", path.stem().string(), number, path.extension().string());
}

}  // namespace

Profile::Profile(bool wanted, bool on_device, comm::Communicator& comm, Console& console,
                 const RunPaths& paths)
    : comm_(comm), console_(console), paths_(paths), measures_(wanted) {
  if (!measures_) return;
  start_trace(std::min(most_events_of_rank, most_events / comm.size()));
  name_traced_thread("trainer");
  if (!on_device) kernels_.emplace();
  run_.emplace("run");
}

void Profile::around(const std::function<void()>& work) {
  try {
    work();
    // Only what all ranks throw leaves them together for a collective; anything else may be one rank's alone.
  } catch (const comm::AgreedError&) {
    finish();
    throw;
  } catch (...) {
    if (comm_.size() == 1) finish();
    throw;
  }
}

void Profile::finish() {
  if (!std::exchange(measures_, false)) return;
  const ActivityScope phase = doing("writing the profile");
  comm_.barrier();  // so that waiting for the last rank counts as that
  run_.reset();
  kernels_.reset();
  const Trace trace = stop_trace();
  const auto ranks = gather(profile_of(trace, comm::hostname()));
  if (comm_.rank() == 0) keep_earlier();
  write_trace(trace, ranks);
  if (comm_.rank() != 0) return;
  console_.info(fmt::format("\n{}{} has also what takes less than {:g} % of the run; open {} in Perfetto",
                            profile_table(ranks, least_share_on_console), paths_.profile.string(),
                            100 * least_share_on_console, paths_.trace.filename().string()));
  try {
    replace_file(paths_.profile, profile_table(ranks));
  } catch (const DataError& error) {
    console_.warning(fmt::format("no profile: {}", error.what()));
  }
}

std::vector<RankProfile> Profile::gather(const RankProfile& mine) {
  std::vector<RankProfile> ranks;
  const std::string text = json_text(nlohmann::json(mine));
  for (const auto& part : comm_.allgather_bytes(std::as_bytes(std::span(text)))) {
    const auto* begin = reinterpret_cast<const char*>(part.data());
    ranks.push_back(nlohmann::json::parse(begin, begin + part.size()).get<RankProfile>());
  }
  return ranks;
}

/// One rank after the other sends its events, so that rank 0 never holds those of all.
std::string Profile::events_of(int rank, const std::string& mine) {
  if (rank == 0) return mine;
  std::int64_t length = std::ssize(mine);
  comm_.broadcast(std::as_writable_bytes(std::span(&length, 1)), rank);
  std::string text = comm_.rank() == rank ? mine : std::string(static_cast<std::size_t>(length), ' ');
  comm_.broadcast(std::as_writable_bytes(std::span(text)), rank);
  return text;
}

/// Also where rank 0 cannot write, the ranks stay together to the end.
void Profile::write_trace(const Trace& trace, const std::vector<RankProfile>& ranks) {
  const std::int64_t zero = std::ranges::min(ranks, {}, &RankProfile::wall_start).wall_start;
  const std::string mine =
      trace_events(trace, comm_.rank(), ranks[static_cast<std::size_t>(comm_.rank())].host, zero);
  std::optional<OutputFile> file;
  std::string problem;  // the first
  const auto on_rank_0 = [&](const std::function<void()>& work) {
    if (comm_.rank() != 0 || !problem.empty()) return;
    try {
      work();
    } catch (const DataError& error) {
      problem = error.what();
    }
  };
  on_rank_0([&] {
    file.emplace(paths_.trace);
    file->write(trace_file_head());
  });
  std::int64_t cut = 0;
  for (int rank = 0; rank < comm_.size(); ++rank) {
    const std::string events = events_of(rank, mine);
    on_rank_0([&] { file->write((rank > 0 ? ",\n" : "") + events); });
    cut += ranks[static_cast<std::size_t>(rank)].cut;
    sign_of_life();
  }
  on_rank_0([&] {
    file->write(trace_file_tail(zero, cut));
    file->commit();
  });
  if (!problem.empty()) console_.warning("no trace: " + problem);
}

void Profile::keep_earlier() {
  const std::vector<fs::path> files = {paths_.trace, paths_.profile};
  const auto exists = [](const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
  };
  if (std::ranges::none_of(files, exists)) return;
  // One number for both, so that a table and its trace stay together.
  int number = 1;
  while (std::ranges::any_of(files, [&](const fs::path& file) { return exists(numbered(file, number)); }))
    ++number;
  for (const auto& file : files) {
    std::error_code failed;
    if (exists(file)) fs::rename(file, numbered(file, number), failed);
    if (failed) console_.warning(fmt::format("{} cannot be kept: {}", file.string(), failed.message()));
  }
  console_.info(fmt::format("the profile of the start before is kept as {} and {}",
                            numbered(paths_.profile, number).string(),
                            numbered(paths_.trace, number).filename().string()));
}

}  // namespace fedfr::run
