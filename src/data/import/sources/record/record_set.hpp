#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "data/import/sources/bytes.hpp"
#include "fedfr/core/text_sorter.hpp"

/// What lies beside a record file.
namespace fedfr::data {

/// NAME.idx: the key and the offset of each record.
class RecordKeys {
 public:
  /// Nothing where there is no such file.
  /// @param scratch  folder for temporary files
  /// @throws DataError naming the file and line
  RecordKeys(const std::filesystem::path& record_file, const std::filesystem::path& scratch);
  /// @param text, name  of an index in memory
  RecordKeys(std::string_view text, const std::string& name);

  bool exists() const { return exists_; }

  /// To be asked for rising offsets: sets `key` to the key of the record that begins there.
  /// @returns whether there is one
  bool find(std::int64_t offset, std::uint64_t& key);
  /// @throws DataError naming the file if it has offsets at which no record began: it is that of another file
  void check_all_were_found() const;

 private:
  void take(std::string_view line, std::int64_t number);
  void advance();

  std::string name_;
  bool exists_ = false;
  TextSorter keys_;                                // offset, key
  std::optional<std::uint64_t> offset_{}, key_{};  // the next
  std::int64_t found_ = 0;
};

/// NAME.lst, as im2rec has it (key, labels, path) or as InsightFace has it (flag, path, label): names of
/// images by their keys.
class RecordNames {
 public:
  /// None where there is no such file.
  /// @param scratch  folder for temporary files
  /// @throws DataError naming the file and line
  RecordNames(const std::filesystem::path& record_file, const std::filesystem::path& scratch);

  bool exist() const { return names_.size() > 0; }

  /// To be asked for rising keys.
  /// @returns the last part of the path, the first one of the key, valid until the next call; empty if there
  ///          is none
  std::string_view find(std::uint64_t key);

 private:
  TextSorter names_;  // key, line, name
  std::string_view next_{};
  bool is_begun_ = false;
};

/// `property` in the folder of InsightFace's sets: the number of people, as its first number.
/// @returns -1 where there is none, or it says nothing of the kind
std::int64_t promised_identities(const std::filesystem::path& record_file);

}  // namespace fedfr::data
