#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record_io.hpp"

namespace fedfr::data {

/// People of InsightFace's record files by the ranges of keys that records without an image give: the one
/// with key 0 has labels (a, b), and those with keys a to b - 1 the first key of a person and the one after
/// the last.
class RecordIdentities {
 public:
  /// @param file  name, for messages
  explicit RecordIdentities(std::string file) : file_(std::move(file)) {}

  void add(std::uint64_t key, const RecordHeader& without_image);

  /// To be called when all are there.
  /// @throws DataError naming file and record for ranges that are missing, impossible or overlap
  void resolve();

  bool has_ranges() const { return !ranges_.empty(); }
  /// The number of the person, from 0; nothing where no range has the key.
  std::optional<std::uint32_t> find(std::uint64_t key) const;
  const std::string& remark() const { return remark_; }  ///< empty, or why ranges are not used

 private:
  struct Headed {
    std::uint64_t key;
    std::array<float, 2> label;
    std::uint32_t labels;
    std::int64_t number;
  };
  struct Range {
    std::uint64_t begin, end;
    std::uint32_t identity;
  };
  void add_range(const Headed& headed, std::uint64_t first_key);

  std::string file_;
  std::string remark_;
  std::vector<Headed> headed_;  // with their keys
  std::vector<Range> ranges_;   // by begin
};

}  // namespace fedfr::data
