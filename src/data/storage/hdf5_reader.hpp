#pragma once
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "hdf5_library.hpp"

namespace fedfr::data {

/// An HDF5 file that anybody may have written. It is taken only as fedfr writes it: a data set is the file's
/// own (no link, no other file's bytes), plain (contiguous, so neither compressed nor assembled), of the type
/// and shape that the caller expects, and lies within the file, all of which is looked at before anything is
/// allocated for it. Holds the library from opening to closing, so a thread has one file open at a time.
class Hdf5Reader {
 public:
  /// @throws DataError naming the path: what the system said, or that it is no HDF5 file or damaged
  explicit Hdf5Reader(std::filesystem::path path);

  std::int64_t attribute(const char* name) const;  ///< @throws DataError unless it is one whole number

  template <class T>
  std::vector<T> read(const char* name, std::int64_t count) const {
    return read<T>(name, std::vector<hsize_t>{static_cast<hsize_t>(count)});
  }
  /// @throws DataError naming path and data set if it is not of this type and shape
  template <class T>
  std::vector<T> read(const char* name, const std::vector<hsize_t>& shape) const {
    const auto set = open_numbers(name, hdf5_type<T>(), shape);
    std::vector<T> values(static_cast<std::size_t>(set.count));
    read_into(set, name, hdf5_type<T>(), values.data());
    return values;
  }
  std::vector<std::string> read_strings(const char* name, std::int64_t count) const;

  /// Where the bytes of a data set of uint8 begin in the file, which holds all of them.
  std::int64_t bytes_begin(const char* name, const std::vector<hsize_t>& shape) const;

 private:
  struct DataSet {
    Hdf5Handle handle;
    Hdf5Handle type;
    hsize_t count;
    std::int64_t begin;  ///< in the file; 0 if it is empty
  };
  DataSet open_numbers(const char* name, hid_t type, const std::vector<hsize_t>& shape) const;
  DataSet open(const char* name, const std::vector<hsize_t>& shape) const;
  void read_into(const DataSet& set, const char* name, hid_t type, void* out) const;
  void check(bool good, const char* name) const;
  void require(bool as_written, const char* name, const char* what) const;

  std::filesystem::path path_;
  std::uint64_t bytes_ = 0;
  std::unique_lock<std::mutex> library_;  // before the file, so that it is still held while that closes
  Hdf5Handle file_;
};

}  // namespace fedfr::data
