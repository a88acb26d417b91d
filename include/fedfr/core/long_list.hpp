#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "fedfr/core/scratch_file.hpp"

namespace fedfr {

/// Texts (any bytes) one after the other, as many as come: more than some are put into a scratch file.
class LongList {
 public:
  /// @param scratch  folder for the file; empty: the current one
  explicit LongList(const std::filesystem::path& scratch = {}) : texts_(scratch, bytes_at_once) {}

  std::int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// @throws DataError for example on a full disk
  void add(std::string_view text);

  /// Calls `take` with each text in order; it is valid during the call.
  void for_each(const std::function<void(std::string_view text)>& take) const;

  class Reader {
   public:
    bool at_end() const { return texts_.at_end(); }
    std::string_view next() {
      return texts_.take(texts_.take_number<std::uint32_t>());
    }  ///< until the next call

   private:
    friend LongList;
    explicit Reader(const ScratchFile& texts) : texts_(texts, 0, texts.size(), bytes_at_once) {}
    ScratchReader texts_;
  };
  Reader reader() const { return Reader(texts_); }  ///< from the first text on

 private:
  static constexpr std::size_t bytes_at_once = std::size_t{1} << 18U;
  ScratchFile texts_;  // each behind its length
  std::int64_t size_ = 0;
};

}  // namespace fedfr
