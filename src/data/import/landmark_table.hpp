#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedfr/data/codec/alignment.hpp"

namespace fedfr::data {

/// Landmarks of many images by their paths, as programs of the field write them: between commas, tabs or
/// blanks a path and x1 y1 ... x5 y5; a label, or a box of four numbers, may stand before the points, and a
/// score behind them. Lines that come before and name or count are skipped (CSV with a heading, CelebA's
/// list).
class LandmarkTable {
 public:
  LandmarkTable() = default;
  /// @throws DataError naming the file and line
  explicit LandmarkTable(const std::filesystem::path& file);
  LandmarkTable(std::string_view text, const std::string& name);  ///< of a text in memory

  std::size_t size() const { return points_.size(); }

  /// @param path  IDENTITY/IMAGE. Of paths of the table that end alike the one is taken that agrees in most
  /// folders;
  ///              types of files may differ
  /// @throws DataError if there are none, or it cannot be told which are meant
  const Landmarks& find(std::string_view path) const;

 private:
  struct Form {
    std::size_t columns = 0;
    std::size_t points = 0;  // which column has x1
  };
  using Key = std::pair<std::uint64_t, std::uint32_t>;  // hash of the last names of a path, row

  void take(std::string_view line, std::int64_t number);
  void finish();
  static Form form_of(const std::vector<std::string>& words);
  std::string_view path(std::uint32_t row) const { return texts_.c_str() + rows_[row]; }

  std::string name_;
  Form form_;
  std::vector<std::uint64_t> rows_;  // where paths begin in texts_
  std::vector<Landmarks> points_;
  std::vector<Key> keys_;
  std::string texts_;  // each with a zero behind it
};

}  // namespace fedfr::data
