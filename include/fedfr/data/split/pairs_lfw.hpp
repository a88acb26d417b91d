#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fedfr::data {

/// One line of LFW's pairs.txt. Image numbers count from 1, as in the file names <name>_NNNN.jpg.
struct LfwPair {
  std::string first_name, second_name;
  std::int64_t first_number = 0, second_number = 0;
  int fold = 0;
  std::int64_t line = 0;  ///< in the file, from 1, for messages
  bool genuine() const { return first_name == second_name; }
};

struct LfwProtocol {
  int folds = 1;
  std::vector<LfwPair> pairs;
};

/// The format of LFW's views (Huang et al., UMass TR 07-49, 2007): a first line "folds<TAB>n" or "n", then
/// for each fold n matched pairs "name i j" and n mismatched pairs "name i name j".
/// @param source  name of the file, for messages
/// @throws DataError naming file and line, for a malformed line or another number of lines than the first
/// line promises
LfwProtocol parse_lfw_pairs(std::string_view text, const std::string& source);

}  // namespace fedfr::data
