#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/scratch_file.hpp"

namespace fedfr {

/// Sorts texts (any bytes, compared as unsigned numbers), as many as come, in a fixed piece of memory: what
/// fills it is put as a sorted run into a scratch file, and the runs are merged as they are read.
class TextSorter {
 public:
  static constexpr std::size_t usual_memory = std::size_t{8} << 20U;

  /// @param scratch  folder for the file; empty: the current one
  explicit TextSorter(const std::filesystem::path& scratch = {}, std::size_t memory = usual_memory);
  TextSorter(TextSorter&&) noexcept;
  TextSorter& operator=(TextSorter&&) noexcept;
  ~TextSorter();

  std::int64_t size() const { return size_; }  ///< of all that were added

  /// To be called before the first `next`.
  /// @throws DataError for example on a full disk
  void add(std::string_view text);

  /// Sets `text` to the next one, valid until the next call. After the last one nothing is held any more.
  /// @returns whether there was one
  bool next(std::string_view& text);

 private:
  struct Entry {
    std::uint64_t start;  // of its text, as a number: decides most comparisons
    std::uint32_t at;     // in texts_
    std::uint32_t size;
  };
  class Merge;
  std::string_view text(const Entry& entry) const { return {texts_.data() + entry.at, entry.size}; }
  void sort();
  void put_run();
  void release();  // what is held

  std::size_t memory_;
  std::unique_ptr<ScratchFile> file_;
  std::vector<std::uint64_t> runs_;  // where each begins in the file
  std::string texts_;
  std::vector<Entry> entries_;
  std::int64_t size_ = 0;

  bool is_reading_ = false;
  std::size_t next_ = 0;  // where there is no run
  std::unique_ptr<Merge> merge_;
};

/// A number of 32 or 64 bits as the bytes whose order is that of the numbers.
template <class T>
std::string ordered_bytes(T number) {
  std::string bytes(sizeof number, '\0');
  for (std::size_t i = bytes.size(); i-- > 0; number = static_cast<T>(number >> 8U))
    bytes[i] = static_cast<char>(number & 0xFFU);
  return bytes;
}

/// The number back again, from the beginning of a text.
template <class T>
T number_of_ordered(std::string_view bytes) {
  T number = 0;
  for (const char byte : bytes.substr(0, sizeof number))
    number = static_cast<T>(static_cast<std::uint64_t>(number) << 8U | static_cast<unsigned char>(byte));
  return number;
}

/// The same, taken off the front of `rest`.
template <class T>
T take_ordered(std::string_view& rest) {
  const T number = number_of_ordered<T>(rest);
  rest.remove_prefix(sizeof number);
  return number;
}

}  // namespace fedfr
