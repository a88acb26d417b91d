// The HDF5 library notes a failure in words only; the system's reason for it is fished out of these, so that
// a file that may not be opened, or a disk that is full, is never taken for damage.
#include "hdf5_library.hpp"

#include <cstdlib>
#include <string>

#include "fedfr/core/file.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr::data {

template <>
hid_t hdf5_type<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}
template <>
hid_t hdf5_type<std::uint32_t>() {
  return H5T_NATIVE_UINT32;
}
template <>
hid_t hdf5_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
hid_t hdf5_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
hid_t hdf5_type<Subset>() {
  return H5T_NATIVE_UINT8;
}

namespace {

// The variable outranks what a program asks for, and the library reads it when it starts. It is set before
// main, while nobody can be reading the environment in another thread.
[[maybe_unused]] const int no_locks = ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);

/// What the library noted of its last failure.
struct Failure {
  int error = 0;            ///< errno, where the system refused something
  std::string innermost{};  ///< in the library's words
};

herr_t note(unsigned depth, const H5E_error2_t* entry, void* out) {
  auto& failure = *static_cast<Failure*>(out);
  const std::string words = entry->desc != nullptr ? entry->desc : "";
  if (depth == 0) failure.innermost = words;
  // "unable to open file: name = '...', errno = 13, error message = 'Permission denied', flags = 0"
  constexpr std::string_view key = "errno = ";
  if (const auto at = words.find(key); at != std::string::npos && failure.error == 0)
    failure.error = std::atoi(words.c_str() + at + key.size());
  return 0;
}

Failure last_failure() {
  Failure failure;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note, &failure);
  return failure;
}

}  // namespace

std::unique_lock<std::mutex> enter_hdf5() {
  static std::mutex mutex;
  std::unique_lock lock(mutex);
  // A file that cannot be closed because the disk is full stays open in the library, whose clean-up at exit
  // then crashes. There is nothing else for it to clean up.
  static const herr_t no_cleanup_at_exit = H5dont_atexit();
  static_cast<void>(no_cleanup_at_exit);
  // The library would print a stack of its own to standard error; our errors name file and data set instead.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  return lock;
}

Hdf5Handle hdf5_file_access() {
  Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_sec2(access.get());
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access.get(), false, true);
#endif
  return access;
}

void throw_read_failure(const std::filesystem::path& path, std::string_view doing) {
  const Failure failure = last_failure();
  if (failure.error != 0)
    throw AccessError("cannot {} of {}: {}", doing, path.string(), system_reason(failure.error));
  throw DataError("{} is damaged: cannot {} ({}); restore it or make the dataset anew", path.string(), doing,
                  failure.innermost);
}

void throw_write_failure(const std::filesystem::path& path, std::string_view doing) {
  const Failure failure = last_failure();
  throw DataError("cannot {} of {}: {}", doing, path.string(),
                  failure.error != 0 ? system_reason(failure.error) : "HDF5 says " + failure.innermost);
}

}  // namespace fedfr::data
