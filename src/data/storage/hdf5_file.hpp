#pragma once
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

/// The little that a shard needs of the HDF5 C library, with handles that close themselves and errors that
/// name the file.
namespace fedfr::data {

class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle(hid_t id, Close close) noexcept : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& from) noexcept
      : id_(std::exchange(from.id_, H5I_INVALID_HID)), close_(from.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&&) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  hid_t get() const noexcept { return id_; }
  explicit operator bool() const noexcept { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

template <class T>
hid_t hdf5_type();  ///< std::uint8_t, std::uint32_t, std::int32_t, std::int64_t, Subset

/// An open file. The library is entered by one thread at a time: a file holds it from opening to closing, so
/// a thread has one file open at a time.
class Hdf5File {
 public:
  static Hdf5File open(const std::filesystem::path& path);    ///< @throws DataError naming the path
  static Hdf5File create(const std::filesystem::path& path);  ///< @throws DataError naming the path

  std::int64_t attribute(const char* name) const;
  void set_attribute(const char* name, std::int64_t value);

  template <class T>
  std::vector<T> read(const char* name) const {
    std::vector<T> values(size_of(name));
    read_into(name, hdf5_type<T>(), values.data());
    return values;
  }
  template <class T>
  void write(const char* name, std::span<const T> values) {
    write<T>(name, values, {values.size()});
  }
  template <class T>
  void write(const char* name, std::span<const T> values, const std::vector<hsize_t>& shape) {
    write_from(name, hdf5_type<T>(), values.data(), shape);
  }
  std::vector<std::string> read_strings(const char* name) const;
  void write_strings(const char* name, const std::vector<std::string>& values);

  /// Where the bytes of a contiguous data set begin in the file.
  std::int64_t data_offset(const char* name) const;

  /// A contiguous uint8 data set whose content `fill` supplies in parts of at most `part` rows.
  void write_rows(const char* name, const std::vector<hsize_t>& shape, std::size_t part,
                  const std::function<void(std::span<std::uint8_t> rows)>& fill);

  void flush();  ///< @throws DataError when the disk is full

 private:
  Hdf5File(std::filesystem::path path, std::unique_lock<std::mutex> library, Hdf5Handle file);
  Hdf5Handle data_set(const char* name) const;
  std::size_t size_of(const char* name) const;
  void read_into(const char* name, hid_t type, void* out) const;
  void write_from(const char* name, hid_t type, const void* data, const std::vector<hsize_t>& shape);
  void check_read(bool good, const char* name) const;
  void check_written(bool good, const char* name) const;

  std::filesystem::path path_;
  std::unique_lock<std::mutex> library_;  // before the file, so that it is still held while that closes
  Hdf5Handle file_;
};

}  // namespace fedfr::data
