// A path says little about what lies there: the same data are reached by many paths, and other data by the
// same one. So runs remember fingerprints.
#include "fedfr/run/record/data_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;
using Json = nlohmann::json;

void save(const fs::path& file, const DataRecord& record) {
  Json benchmarks = Json::array();
  for (const auto& benchmark : record.benchmarks)
    benchmarks.push_back({{"name", benchmark.name}, {"fingerprint", benchmark.fingerprint}});
  const Json json = {{"clients", record.trained.clients},
                     {"public", record.trained.publics},
                     {"benchmarks", benchmarks},
                     {"start_model_hash", record.start}};
  replace_file(file, json.dump(1) + "\n");
}

std::optional<DataRecord> load_data_record(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  try {
    const Json json = parse_json(read_text(file));
    DataRecord record;
    json.at("clients").get_to(record.trained.clients);
    json.at("public").get_to(record.trained.publics);
    for (const auto& entry : json.at("benchmarks"))
      record.benchmarks.push_back(
          {entry.at("name").get<std::string>(), entry.at("fingerprint").get<std::string>()});
    json.at("start_model_hash").get_to(record.start);
    return record;
  } catch (const Json::exception& e) {
    throw DataError("{} is damaged: {}", file.string(), e.what());
  }
}

std::vector<std::string> differences(const DataRecord& before, const DataRecord& now) {
  std::vector<std::string> found;
  const auto compare = [&](const char* what, const std::string& then, const std::string& here) {
    if (then != here) found.push_back(fmt::format("{} was '{}' and is now '{}'", what, then, here));
  };
  compare("the fingerprint of the clients' data", before.trained.clients, now.trained.clients);
  compare("the fingerprint of the public data", before.trained.publics, now.trained.publics);
  compare("the hash of the model to start from (--init)", before.start, now.start);
  std::map<std::string, int> surplus;
  for (const auto& benchmark : now.benchmarks) ++surplus[benchmark.fingerprint];
  for (const auto& benchmark : before.benchmarks)
    if (--surplus[benchmark.fingerprint] < 0)
      found.push_back(fmt::format("the benchmark {} (fingerprint '{}') is not among those of now",
                                  benchmark.name, benchmark.fingerprint));
  for (const auto& benchmark : now.benchmarks)
    if (surplus[benchmark.fingerprint]-- > 0)
      found.push_back(fmt::format("the benchmark {} (fingerprint '{}') was not among those of before",
                                  benchmark.name, benchmark.fingerprint));
  return found;
}

std::vector<BenchmarkData> with_names_of(const DataRecord& before, std::vector<BenchmarkData> now) {
  std::vector<BenchmarkData> left = before.benchmarks;
  for (auto& benchmark : now) {
    const auto same = std::ranges::find(left, benchmark.fingerprint, &BenchmarkData::fingerprint);
    if (same == left.end()) continue;
    benchmark.name = same->name;
    left.erase(same);
  }
  return now;
}

}  // namespace fedfr::run
