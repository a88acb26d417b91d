#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/run/record/fingerprints.hpp"

namespace fedfr::run {

struct BenchmarkData {
  std::string name;  ///< benchmark_names.hpp
  std::string fingerprint;

  bool operator==(const BenchmarkData&) const = default;
};

/// Which data a run works on: `data.json` in its folder. A run that goes on must have the same, wherever they
/// lie now and however their paths are written.
struct DataRecord {
  Fingerprints trained;
  std::vector<BenchmarkData> benchmarks;
  std::string start;  ///< hash of the model that the run starts from: what `init` comes to

  bool operator==(const DataRecord&) const = default;
};

void save(const std::filesystem::path& file, const DataRecord& record);  ///< @throws DataError

/// @returns nothing where there is no file: a run of an older version
/// @throws DataError naming the file if it is damaged
std::optional<DataRecord> load_data_record(const std::filesystem::path& file);

/// What another run must have, one sentence for each difference; the order of benchmarks is none.
std::vector<std::string> differences(const DataRecord& before, const DataRecord& now);

/// The benchmarks of `now` by the names that they had before, so that a run's series go on under one name
/// although its data were moved.
std::vector<BenchmarkData> with_names_of(const DataRecord& before, std::vector<BenchmarkData> now);

}  // namespace fedfr::run
