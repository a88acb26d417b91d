#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/run/options/options.hpp"
#include "fedfr/run/record/data_record.hpp"
#include "fedfr/run/record/numerics.hpp"
#include "fedfr/run/record/run_lock.hpp"

namespace fedfr::run {

/// Where the files of a run lie.
struct RunPaths {
  explicit RunPaths(std::filesystem::path folder);

  std::filesystem::path folder;
  std::filesystem::path config;        ///< config.cfg: every option, as resolved
  std::filesystem::path numerics;      ///< numerics.json
  std::filesystem::path data;          ///< data.json: which data
  std::filesystem::path log;           ///< log.txt
  std::filesystem::path metrics;       ///< metrics.jsonl
  std::filesystem::path profile;       ///< profile.txt
  std::filesystem::path trace;         ///< trace.json
  std::filesystem::path lock;          ///< lock
  std::filesystem::path checkpoint;    ///< checkpoint/: global models
  std::filesystem::path state;         ///< state/: private client states
  std::filesystem::path personalized;  ///< personalized/: the clients' own models
  std::filesystem::path pictures;      ///< pictures/
};

/// What the record of a run says of its options; see resolve.
/// @throws DataError naming the file if it cannot be read; UsageError with file and line if it is no record
std::vector<Setting> recorded_settings(const RunPaths& paths);

/// The folder of a run, opened by one rank for the whole job: locked, and with its subfolders. A folder that
/// holds a run already is continued, if the options say that it is the same one; where no round was
/// completed, also with others.
class RunDirectory {
 public:
  /// @param numerics  of the job; a change is refused unless the options allow it
  /// @throws DataError if another job works in the folder or it cannot be written
  /// @throws UsageError naming the options, data and numerics that differ from the run that the folder holds,
  ///         or more rounds than are asked for
  RunDirectory(const Options& options, const Numerics& numerics, const DataRecord& data);

  /// Writes what the run is made of, its options and data. Once it is known that the run begins or goes on: a
  /// job that is refused must leave the record of the one before.
  /// @throws DataError naming the file
  void keep_record() const;

  const RunPaths& paths() const { return paths_; }
  bool continues() const { return continues_; }      ///< from a checkpoint of an earlier job
  std::vector<std::string> benchmark_names() const;  ///< in the order of the options, as the run began
  const std::vector<std::string>& warnings() const { return warnings_; }  ///< sentences for the user

 private:
  void compare_with_record(const Options& options, const Numerics& numerics, const DataRecord& data);
  static std::string changed_options(const Options& before, const Options& now);
  std::string changed_data(const Options& before, const Options& now);
  std::string changed_numerics(const Options& options, const Numerics& numerics);
  bool forget_start() const;

  RunPaths paths_;
  DataRecord data_;
  std::string record_;  // of the options
  std::optional<RunLock> lock_;
  bool continues_ = false;
  std::vector<std::string> warnings_;
};

}  // namespace fedfr::run
