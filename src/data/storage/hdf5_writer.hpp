#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5_library.hpp"

namespace fedfr::data {

/// A new HDF5 file. It holds the library from creation to closing, so a thread has one file open at a time.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(std::filesystem::path path);  ///< @throws DataError naming the path

  void set_attribute(const char* name, std::int64_t value);

  template <class T>
  void write(const char* name, std::span<const T> values) {
    write<T>(name, values, {values.size()});
  }
  template <class T>
  void write(const char* name, std::span<const T> values, const std::vector<hsize_t>& shape) {
    write_from(name, hdf5_type<T>(), values.data(), shape);
  }
  /// @param texts  of UTF-8, each with a zero behind it
  void write_strings(const char* name, std::string_view texts);
  /// @param width  of the longest, in bytes
  /// @param next   gives one text after the other
  void write_strings(const char* name, std::size_t width, std::int64_t count,
                     const std::function<std::string_view()>& next);

  /// A contiguous uint8 data set as if it had been written, but for its content.
  /// @returns where in the file that belongs; 0 if there is none
  std::int64_t make_room(const char* name, const std::vector<hsize_t>& shape);

  /// A data set of numbers whose bytes `fill` supplies in parts of at most `part` numbers.
  template <class T>
  void write_column(const char* name, std::int64_t count, std::size_t part,
                    const std::function<void(std::span<std::uint8_t> rows)>& fill) {
    write_parts(name, hdf5_type<T>(), {static_cast<hsize_t>(count)}, sizeof(T), part, fill);
  }

  void flush();  ///< @throws DataError when the disk is full

 private:
  void write_from(const char* name, hid_t type, const void* data, const std::vector<hsize_t>& shape);
  void write_parts(const char* name, hid_t type, const std::vector<hsize_t>& shape, std::size_t row_bytes,
                   std::size_t part, const std::function<void(std::span<std::uint8_t> rows)>& fill);
  void check(bool good, const char* name) const;

  std::filesystem::path path_;
  std::unique_lock<std::mutex> library_;  // before the file, so that it is still held while that closes
  Hdf5Handle file_;
};

}  // namespace fedfr::data
