#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/import/sources/bytes.hpp"

/// What lies beside a record file.
namespace fedfr::data {

/// NAME.idx: the key and the offset of each record.
class RecordKeys {
 public:
  /// Nothing where there is no such file.
  /// @throws DataError naming the file and line
  explicit RecordKeys(const std::filesystem::path& record_file);
  /// @param text, name  of an index in memory
  RecordKeys(std::string_view text, const std::string& name);

  bool exists() const { return exists_; }
  std::size_t size() const { return keys_.size(); }

  /// To be asked for rising offsets: sets `key` to the key of the record that begins there.
  /// @returns whether there is one
  bool find(std::int64_t offset, std::uint64_t& key);
  /// @throws DataError naming the file if it has offsets at which no record began: it is that of another file
  void check_all_were_found() const;

 private:
  struct Entry {
    std::int64_t offset;
    std::uint64_t key;
  };
  void take(std::string_view line, std::int64_t number);
  void sort();

  std::string name_;
  bool exists_ = false;
  std::vector<Entry> keys_;  // by offset
  std::size_t next_ = 0;
  std::size_t found_ = 0;
};

/// NAME.lst, as im2rec has it (key, labels, path) or as InsightFace has it (flag, path, label): names of
/// images by their keys.
class RecordNames {
 public:
  /// None where there is no such file.
  /// @throws DataError naming the file and line
  explicit RecordNames(const std::filesystem::path& record_file);
  std::string_view find(std::uint64_t key) const;  ///< the last part of the path; empty if there is none

 private:
  struct Entry {
    std::uint64_t key;
    std::uint64_t text;  // where its name begins in texts_
  };
  std::vector<Entry> names_;  // by key
  std::string texts_;         // each with a zero behind it
};

/// `property` in the folder of InsightFace's sets: the number of people, as its first number.
/// @returns -1 where there is none, or it says nothing of the kind
std::int64_t promised_identities(const std::filesystem::path& record_file);

}  // namespace fedfr::data
