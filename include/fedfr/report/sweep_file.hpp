#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/run/options/options.hpp"

namespace fedfr::report {

/// Cells of a sweep, and values of an axis. Beyond it somebody has mistyped.
constexpr std::size_t most_cells = 10'000;
/// Clients, identities.
constexpr std::int64_t most_of_a_kind = 1'000'000'000;

/// An option with the values that it takes in the cells of a sweep.
struct Axis {
  std::string name;  ///< of an option, `clients-count`, or `split-` and a setting of the split
  std::vector<std::string> values;
  std::string where;  ///< for messages
};

/// How the datasets of the cells are made: by `fedfr-data split`, once for each distinct setting.
struct DataSettings {
  std::filesystem::path source;                       ///< collection to split
  std::optional<std::int64_t> total_identities;       ///< of all clients; absent where the next is set
  std::optional<std::int64_t> identities_per_client;  ///< of each
  std::vector<run::Setting> split;                    ///< further options of `fedfr-data split`
};

/// A sweep file: INI of the form of job files, whose sections [Sweep], [Data], [Options] and [Axes] have a
/// meaning.
struct SweepFile {
  std::filesystem::path path;
  std::string text{};            ///< all of it, since a pipe cannot be read again
  std::filesystem::path job;     ///< base job file
  std::string job_text{};        ///< all of it, once it is read
  std::filesystem::path output;  ///< folder of the sweep
  int ranks = 1;                 ///< of a cell, at most
  std::vector<std::string> launcher = {"mpirun", "--bind-to", "none"};
  std::vector<std::string> sbatch{};  ///< further words for sbatch
  bool grid = true;  ///< every combination of values; else the i-th cell has the i-th value of each
  std::optional<DataSettings> data{};
  std::vector<run::Setting> options{};  ///< of all cells, over the base job file
  std::vector<Axis> axes{};
};

/// Whether `fedfr-data split` has such an option that a sweep may set.
bool is_split_setting(std::string_view name);

/// @throws UsageError naming file and line: unknown sections or keys, an axis without values, with too many,
/// or with one twice
SweepFile parse_sweep_file(std::string_view text, const std::filesystem::path& path);

}  // namespace fedfr::report
