// What a run directory tells. A run may be working in it, may have been killed at any instant, and may have
// been copied or edited: what cannot be read is named, and nothing here waits for anything.
#include "fedfr/report/run_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/run_directory.hpp"
#include "fedfr/run/record/run_lock.hpp"
#include "presence.hpp"

namespace fedfr::report {

namespace fs = std::filesystem;

namespace {

/// The end of a file, however long that is.
std::string last_part(const fs::path& path) {
  constexpr std::int64_t most = 65536;
  const auto file = open_for_reading(path);
  std::error_code failed;
  const auto size = static_cast<std::int64_t>(fs::file_size(path, failed));
  if (failed) throw DataError("cannot read {}: {}", path.string(), failed.message());
  std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
  read_exactly(file, path, size - std::ssize(text), std::as_writable_bytes(std::span(text)));
  return text;
}

bool says_done(const fs::path& log, int rounds) {
  if (!is_there(log)) return false;
  const std::string text = last_part(log);
  const auto last = text.rfind(" DONE model_hash=");
  const auto line =
      last == std::string::npos ? std::string() : text.substr(last, text.find('\n', last) - last);
  return line.find(fmt::format(" rounds={} ", rounds)) != std::string::npos;
}

double seconds_since(fs::file_time_type time) {
  return std::chrono::duration<double>(fs::file_time_type::clock::now() - time).count();
}

}  // namespace

std::string_view name(RunState state) {
  switch (state) {
    case RunState::waiting:
      return "waiting";
    case RunState::running:
      return "running";
    case RunState::stopped:
      return "stopped";
    case RunState::failed:
      return "failed";
    case RunState::damaged:
      return "damaged";
    case RunState::done:
      return "done";
  }
  return "";
}

double RunRecord::seconds() const {
  double sum = 0;
  for (const auto& event : metrics.rounds) sum += event.seconds;
  return sum;
}

std::int64_t RunRecord::images() const {
  std::int64_t sum = 0;
  for (const auto& event : metrics.rounds) sum += event.images;
  return sum;
}

double RunRecord::images_per_second() const { return static_cast<double>(images()) / seconds(); }

double RunRecord::idle_share() const {
  double sum = 0;
  for (const auto& event : metrics.rounds) sum += event.idle_share;
  return sum / static_cast<double>(metrics.rounds.size());
}

std::string RunRecord::model_hash() const {
  return metrics.rounds.empty() ? "" : metrics.rounds.back().model_hash;
}

RunRecord read_run(const fs::path& folder) {
  const run::RunPaths paths(folder);
  if (!is_there(paths.config))
    throw DataError("{} is no run directory: it holds no config.cfg", folder.string());
  // Not all in one list: GCC 12 destroys an aggregate with lists of its own twice where a later initialiser
  // throws.
  RunRecord record;
  record.folder = folder;
  record.config = read_text(paths.config, most_bytes_of_options);
  record.options = run::resolve(run::parse_job_file(record.config, paths.config.string()), {}).options;
  std::error_code ignored;
  if (is_there(paths.metrics)) {
    record.metrics = run::read_metrics(paths.metrics);
    for (const auto& event : record.metrics.evaluations) record.evaluations.push_back(figures_of(event));
    record.age = seconds_since(fs::last_write_time(paths.metrics, ignored));
  } else {
    record.age = seconds_since(fs::last_write_time(paths.config, ignored));
  }
  if (run::is_held(paths.lock))
    record.state = RunState::running;
  else if (says_done(paths.log, record.options.rounds))
    record.state = RunState::done;
  return record;
}

}  // namespace fedfr::report
