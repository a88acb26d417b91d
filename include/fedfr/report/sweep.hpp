#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedfr/report/sweep_file.hpp"

namespace fedfr::report {

/// The datasets of some cells in one folder, as `fedfr-data split` makes them.
struct CellData {
  std::filesystem::path folder;
  std::int64_t clients = 0;
  std::int64_t identities_per_client = 0;
  std::vector<run::Setting> split;     ///< further settings
  std::vector<std::string> arguments;  ///< of `fedfr-data split`, without the collection and the folder
};

/// One run of a sweep.
struct Cell {
  std::string name;  ///< of its files, for example "clients-count-4_seed-1"
  std::vector<std::pair<std::string, std::string>> axes;  ///< option and value
  run::Configuration configuration;                       ///< its output is the cell's run directory
  int ranks = 1;
  std::optional<std::size_t> data;  ///< index of its datasets

  const run::Options& options() const { return configuration.options; }
  std::string value(std::string_view axis) const;  ///< empty without this axis
};

/// A path that no program takes for one of its options: with "./" in front of a dash.
std::filesystem::path never_an_option(const std::filesystem::path& path);

/// Where the files of a sweep lie.
struct SweepPaths {
  /// @param where  the folder of the sweep
  explicit SweepPaths(const std::filesystem::path& where);

  std::filesystem::path folder;
  std::filesystem::path record;    ///< sweep.cfg: the sweep file
  std::filesystem::path base_job;  ///< base.cfg: the base job file
  std::filesystem::path data;      ///< data/: datasets of the cells
  std::filesystem::path jobs;      ///< jobs/: a job file a cell
  std::filesystem::path runs;      ///< runs/: a run directory a cell
  std::filesystem::path logs;      ///< logs/: what the job of a cell printed (.log), and how it ended (.exit)

  std::filesystem::path job(const Cell& cell) const;
  std::filesystem::path log(const Cell& cell) const;
  std::filesystem::path exit_code(const Cell& cell) const;
};

struct Sweep {
  SweepFile file;
  SweepPaths paths;
  std::vector<Cell> cells;
  std::vector<CellData> datasets;
};

/// The cells, the last axis running fastest. Opens nothing.
/// @param job  of the base job file
/// @throws UsageError naming file and line of a value that does not fit, more cells than most_cells, or two
/// cells that are one run or would share their files
Sweep expand(const SweepFile& file, std::span<const run::Setting> job);

/// @param path  a sweep file, or the folder of a sweep that was started before
/// @throws UsageError, DataError as the parsers; DataError for a folder that holds no sweep
Sweep load_sweep(const std::filesystem::path& path);

/// A further setting of a cell's split as a number.
double split_setting(const CellData& data, std::string_view name, double otherwise);

/// Whether a cell's split takes a person of so many images.
bool takes_person(const CellData& data, std::int64_t images);

/// Compares what the cells need with the people that there are, before any dataset is made.
/// @throws UsageError naming clients, identities and the collection; DataError if that cannot be read
void check_people(const Sweep& sweep);

/// The folder of a sweep is one of its own: not in a dataset, not a run, not the home folder.
/// @throws UsageError naming the folder and what it is
void check_folder(const Sweep& sweep);

/// Makes the datasets that are not there, with a line each on standard output.
/// @param fedfr_data  the program
/// @throws UsageError if a folder was made with other settings, DataError if the program fails
void make_datasets(const Sweep& sweep, const std::filesystem::path& fedfr_data);

/// Records the sweep file and the base job file, and writes the job file of every cell; after the datasets
/// are made.
/// @throws UsageError, DataError if a cell is not complete
void write_jobs(const Sweep& sweep);

}  // namespace fedfr::report
