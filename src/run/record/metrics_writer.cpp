#include "fedfr/run/record/metrics_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/system.hpp"
#include "fedfr/run/record/metrics_reader.hpp"

// Appends to metrics.jsonl, a line by one write, so that readers and crashes see whole lines or a torn last
// one. A run that goes on from a checkpoint first takes out what it will write again.
namespace fedfr::run {

MetricsWriter::MetricsWriter(std::filesystem::path path, int completed_rounds) : path_(std::move(path)) {
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored)) keep_rounds(completed_rounds);
  file_ = FileDescriptor(
      ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions_of_new_files));
  if (!file_) throw DataError("cannot open {} for writing: {}", path_.string(), system_reason());
}

void MetricsWriter::keep_rounds(int completed_rounds) {
  const std::string text = read_text(path_, most_bytes_of_metrics);
  std::string kept;
  int torn = 0;
  for_each_line(text, [&](int number, std::string_view line, const nlohmann::json& event) {
    try {
      if (event.is_null())
        ++torn;
      else if (round_of(event) <= completed_rounds)
        kept.append(line).push_back('\n');
    } catch (const nlohmann::json::exception& e) {
      throw DataError("{}:{} is no event that fedfr writes: {}. Remove that line", path_.string(), number,
                      e.what());
    }
  });
  if (torn > 0)
    warning_ = fmt::format("{}: removed {} line(s) that a crash had left incomplete", path_.string(), torn);
  // As a whole: a crash leaves the old lines or those that were kept.
  if (kept != text) replace_file(path_, kept);
}

void MetricsWriter::write(nlohmann::json event) {
  event["time"] = std::round(1e3 * seconds_since_epoch()) / 1e3;
  // The line with its end: half a line that a reader or a crash may find has none, and is passed over.
  const std::string line = json_text(event) + '\n';
  append_exactly(file_, path_, std::as_bytes(std::span(line)));
}

void MetricsWriter::sync() {
  if (::fdatasync(file_.get()) != 0) throw DataError("cannot sync {}: {}", path_.string(), system_reason());
}

}  // namespace fedfr::run
