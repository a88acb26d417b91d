#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fedfr::run {

/// What the bits of a run depend on besides its results-deciding options and its data, as name and value:
/// device, threads of a rank, libraries, instruction set, ... Not the number of ranks or their placement,
/// which results do not depend on.
using Numerics = std::map<std::string, std::string>;

/// One entry that differs; an empty text where a side has none.
struct NumericsDifference {
  std::string name;
  std::string before;
  std::string now;

  /// Other sources may give other bits, but need not: no reason to refuse anything.
  bool is_only_possible() const { return name == "commit"; }
};
std::vector<NumericsDifference> differences(const Numerics& before, const Numerics& now);

/// "threads was '1' and is now '2'"
std::string describe(const NumericsDifference& difference);

/// `numerics.json` of a run directory: what the numerics were, and from which round on.
struct NumericsPeriod {
  int from_round = 1;
  Numerics numerics;
};

/// @returns the periods in the order of their rounds; none if there is no such file
/// @throws DataError naming the file if it is damaged
std::vector<NumericsPeriod> load_numerics(const std::filesystem::path& file);

/// Notes that rounds from this one on are made with these numerics. Periods from that round on, which will be
/// made again, are forgotten. Durable.
void note_numerics(const std::filesystem::path& file, int from_round, const Numerics& numerics);

}  // namespace fedfr::run
