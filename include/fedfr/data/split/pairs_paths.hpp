#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fedfr::data {

/// A pair of a list that names images by their paths.
struct PathPair {
  std::string first, second;
  bool genuine = false;
  int fold = 0;
  std::string place;  ///< "FILE, line N", for messages
};

struct PathProtocol {
  int folds = 1;
  bool folds_are_given = true;  ///< false: ten of equal length were made, in the order of the list
  std::vector<PathPair> pairs;
};

/// A list with a pair a line, two paths and whether they are of one person, between commas (CSV), tabs or
/// blanks: with names of columns in the first line (`fold,first,second,same`), or without: `first second
/// same`, `same first second`, `fold first second same`, or with a number of the line in place of the fold.
/// Same is 1, 0, -1, true or false. Where there are no folds, ten are made as InsightFace's evaluation does:
/// of consecutive pairs, the first ones longer by one where the number does not divide.
/// @param source  name of the file, for messages
/// @throws DataError naming file and line
PathProtocol parse_path_pairs(std::string_view text, const std::string& source);

/// CFP's folder Protocol: Pair_list_F.txt and Pair_list_P.txt number images, and Split/FF/NN/same.txt and
/// diff.txt (or Split/FP) are pairs of numbers in fold NN. Source: Sengupta et al., WACV 2016.
/// @param folder  Protocol, the folder that holds it, or Split/FF or Split/FP in it
/// @param kind    FF or FP; empty where the folder says it
/// @throws DataError naming file and line; UsageError where the kind is not known
PathProtocol read_cfp_protocol(const std::filesystem::path& folder, const std::string& kind);

/// As parse_path_pairs makes them.
void make_ten_folds(PathProtocol& protocol);

}  // namespace fedfr::data
