#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedfr/core/file.hpp"
#include "fedfr/core/ids.hpp"
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
  /// Numbers that are not finite are left out.
  void scalar(double wall_time, std::int64_t step, std::string_view tag, double value);

 private:
  void append(const std::string& event);

  std::filesystem::path path_;
  FileDescriptor file_;
};

/// Carries the rounds and evaluations of a run over into an event file, each once, and what its clients did
/// into sub-runs `client_NNNNNN`, whose lines TensorBoard draws in common charts. More clients than it can
/// show so, 64, get none.
class TensorBoardExport {
 public:
  /// Begins anew where the folder has events of this run.
  /// @throws UsageError if it has events of another run or another program
  TensorBoardExport(const std::filesystem::path& folder, const RunRecord& run);

  /// Writes what is new in the run.
  /// @throws DataError naming the file that cannot be written
  void update(const RunRecord& run);

 private:
  void update_clients(const std::vector<run::ClientEvent>& events);

  std::filesystem::path folder_;
  EventFile file_;
  std::set<int> rounds_;
  std::set<int> evaluations_;
  std::map<ClientId, EventFile> client_files_;
  std::set<std::pair<ClientId, int>> client_rounds_;
};

}  // namespace fedfr::report
