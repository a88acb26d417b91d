#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fedfr/core/file.hpp"

namespace fedfr::run {

/// `metrics.jsonl`: one JSON object a line, an event each. An event of a round has the number `round`, which
/// counts from 1, and every event the number `time`, when it was written: seconds since the Unix epoch, with
/// milliseconds. Numbers that are not finite become null.
class MetricsWriter {
 public:
  /// Opens the file, and makes it if there is none. Events of rounds that will be made again are removed, as
  /// is what a crash left of a line.
  /// @param completed_rounds  of the checkpoint that the run goes on from; events of later rounds are removed
  /// @throws DataError naming the file
  MetricsWriter(std::filesystem::path file, int completed_rounds);

  /// Appends one line at once, so that it outlives a killed process.
  /// @param event  an object; it gets its time here
  /// @throws DataError naming the file
  void write(nlohmann::json event);

  /// Makes what was written outlive a crash of the machine; for the moment before a checkpoint is saved.
  void sync();

  /// Of unreadable lines that were removed, or empty.
  const std::string& warning() const { return warning_; }

 private:
  void keep_rounds(int completed_rounds);

  std::filesystem::path path_;
  std::string warning_;
  FileDescriptor file_;
};

}  // namespace fedfr::run
