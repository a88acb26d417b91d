#pragma once
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <utility>

#include "fedfr/data/storage/dataset.hpp"

// What reading and writing of shards share of the HDF5 C library: handles that close themselves, the one lock
// under which the library is entered, and errors that say what the system said. Files are opened without
// locks: a shard is written once, under a name that nobody else uses, and only read afterwards, and on many
// clusters a lock is what fails.
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

/// The library is entered by one thread at a time.
std::unique_lock<std::mutex> enter_hdf5();

/// How files are opened: without locks, by the driver for ordinary files whatever the environment names.
Hdf5Handle hdf5_file_access();

/// To be called directly after the call that failed, before any other call into the library.
/// @throws AccessError naming the path and the system's reason where there is one; else DataError, that it is
///         damaged
[[noreturn]] void throw_read_failure(const std::filesystem::path& path, std::string_view doing);

/// Likewise.
/// @throws DataError naming the path and the system's reason, for example a full disk
[[noreturn]] void throw_write_failure(const std::filesystem::path& path, std::string_view doing);

}  // namespace fedfr::data
