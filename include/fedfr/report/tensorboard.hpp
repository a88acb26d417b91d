#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "fedfr/core/file.hpp"
#include "fedfr/report/run_record.hpp"

/// Event files of TensorBoard. Source: TensorFlow's tensorflow/core/util/event.proto,
/// tensorflow/core/framework/summary.proto and tensorflow/core/lib/io/record_writer.h.
namespace fedfr::report {

/// One record of a TFRecord file: length, its masked CRC32C, data, theirs.
std::string framed_record(std::string_view data);

/// Protocol buffer messages Event.
std::string version_event(double wall_time);
std::string scalar_event(double wall_time, std::int64_t step, std::string_view tag, double value);

/// An event file that grows; each record is written at once.
class EventFile {
 public:
  /// Begins the file anew.
  /// @param wall_time  seconds since the Unix epoch, as everywhere here
  /// @throws DataError naming the file
  EventFile(const std::filesystem::path& folder, double wall_time);
  void scalar(double wall_time, std::int64_t step, std::string_view tag, double value);

 private:
  void append(const std::string& event);

  std::filesystem::path path_;
  FileDescriptor file_;
};

/// Carries the rounds and evaluations of a run over into an event file, each once.
class TensorBoardExport {
 public:
  TensorBoardExport(const std::filesystem::path& folder, const RunRecord& run);

  /// Writes what is new in the run.
  void update(const RunRecord& run);

 private:
  EventFile file_;
  std::set<int> rounds_;
  std::set<int> evaluations_;
};

}  // namespace fedfr::report
