#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedfr/core/scratch_file.hpp"
#include "fedfr/core/text_sorter.hpp"
#include "fedfr/data/codec/alignment.hpp"

namespace fedfr::data {

/// Landmarks of many images by their paths, as programs of the field write them: between commas, tabs or
/// blanks a path and x1 y1 ... x5 y5; a label, or a box of four numbers, may stand before the points, and a
/// score behind them. Lines that come before and name or count are skipped (CSV with a heading, CelebA's
/// list).
class LandmarkTable {
 public:
  /// @param scratch  folder for temporary files
  /// @throws DataError naming the file and line
  LandmarkTable(const std::filesystem::path& file, const std::filesystem::path& scratch);
  static LandmarkTable of_text(std::string_view text, const std::string& name);

  std::int64_t size() const { return sorted_.size(); }

  /// May be called by several threads at once.
  /// @param path  IDENTITY/IMAGE. Of paths of the table that end alike the one is taken that agrees in most
  /// folders;
  ///              types of files may differ
  /// @throws DataError if there are none, or it cannot be told which are meant
  Landmarks find(std::string_view path) const;

 private:
  struct Form {
    std::size_t columns = 0;
    std::size_t points = 0;  // which column has x1
  };
  /// Those that fit a path best.
  struct Best {
    int common = 0;  // names
    Landmarks points{};
    std::string path{};
    std::string other{};  // which fits as well, and has other points
  };

  explicit LandmarkTable(std::string name) : name_(std::move(name)), rows_({}) {}
  void take(std::string_view line, std::int64_t number);
  void finish();
  void look_for(std::string_view end, std::string_view path, Best& best) const;
  static Form form_of(const std::vector<std::string>& words);

  std::string name_;
  Form form_;
  TextSorter sorted_;                   // hash of the last names, line; then what is kept of it
  ScratchFile rows_;                    // by hash: its length, hash, points, path
  std::vector<std::uint64_t> buckets_;  // where in rows_ hashes that begin with some bits begin
};

}  // namespace fedfr::data
