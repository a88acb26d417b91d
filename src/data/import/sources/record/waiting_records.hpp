#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>

#include "fedfr/core/long_list.hpp"

namespace fedfr::data {

/// A record with an image, of which it is not yet known whose it is.
struct WaitingRecord {
  std::uint64_t key = 0;
  std::int64_t offset = 0;
  float label = 0;
  std::uint32_t bytes = 0;  ///< of the record; 0: it cannot be read in one piece
};

/// The records of one file, until all of it is known: people may be told by its last record.
class WaitingRecords {
 public:
  /// @param scratch  folder for temporary files
  explicit WaitingRecords(const std::filesystem::path& scratch) : scratch_(scratch), records_(scratch) {}

  void add(const WaitingRecord& record);

  /// Whether two have the same key: programs that number nothing write one number into every record.
  bool have_twins() const;
  /// Makes the keys the numbers of the records among these.
  void number_anew() { are_numbered_ = true; }

  void for_each(const std::function<void(const WaitingRecord& record)>& take) const;

 private:
  std::filesystem::path scratch_;
  LongList records_;
  bool keys_rise_ = true;
  std::uint64_t last_key_ = 0;
  bool are_numbered_ = false;
};

}  // namespace fedfr::data
