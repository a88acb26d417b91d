#include "fedfr/run/record/numerics.hpp"

#include <fmt/format.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"

// Which numerics each stretch of a run was made with. A run that was continued on other machines has several
// periods, and comparisons ask by round.
namespace fedfr::run {

namespace {

std::string value_of(const Numerics& numerics, const std::string& name) {
  const auto found = numerics.find(name);
  return found == numerics.end() ? "" : found->second;
}

}  // namespace

std::vector<NumericsDifference> differences(const Numerics& before, const Numerics& now) {
  Numerics names = before;
  names.insert(now.begin(), now.end());
  std::vector<NumericsDifference> found;
  for (const auto& [name, ignored] : names)
    if (value_of(before, name) != value_of(now, name))
      found.push_back({name, value_of(before, name), value_of(now, name)});
  return found;
}

std::string describe(const NumericsDifference& difference) {
  return fmt::format("{} was '{}' and is now '{}'", difference.name, difference.before, difference.now);
}

std::vector<NumericsPeriod> load_numerics(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  try {
    std::vector<NumericsPeriod> periods;
    for (const auto& entry : parse_json(read_text(file)))
      periods.push_back({whole_number<int>(entry.at("from_round")), entry.at("numerics").get<Numerics>()});
    return periods;
  } catch (const nlohmann::json::exception& e) {
    throw DataError("{} is damaged: {}; without it the run can go on, but nobody knows with which bits",
                    file.string(), e.what());
  }
}

void note_numerics(const std::filesystem::path& file, int from_round, const Numerics& numerics) {
  auto periods = load_numerics(file);
  std::erase_if(periods, [&](const NumericsPeriod& period) { return period.from_round >= from_round; });
  if (periods.empty() || periods.back().numerics != numerics) periods.push_back({from_round, numerics});
  nlohmann::json list = nlohmann::json::array();
  for (const auto& period : periods)
    list.push_back({{"from_round", period.from_round}, {"numerics", period.numerics}});
  replace_file(file, json_text(list, 1) + "\n");
}

}  // namespace fedfr::run
