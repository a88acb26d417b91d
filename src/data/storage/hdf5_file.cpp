#include "hdf5_file.hpp"

#include <algorithm>

#include "fedfr/core/error.hpp"

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

std::unique_lock<std::mutex> enter_library() {
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

Hdf5Handle simple_space(const std::vector<hsize_t>& shape) {
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose};
}

/// Times of creation would make the files of two equal datasets differ.
Hdf5Handle without_times(hid_t property_class) {
  Hdf5Handle creation(H5Pcreate(property_class), H5Pclose);
  H5Pset_obj_track_times(creation.get(), false);
  return creation;
}

Hdf5Handle create_data_set(hid_t file, const char* name, hid_t type, const Hdf5Handle& space) {
  const Hdf5Handle creation = without_times(H5P_DATASET_CREATE);
  return {H5Dcreate2(file, name, type, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Dclose};
}

/// Fixed-length text, padded with nulls.
Hdf5Handle text_type(std::size_t width) {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), width);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  return type;
}

}  // namespace

Hdf5File::Hdf5File(std::filesystem::path path, std::unique_lock<std::mutex> library, Hdf5Handle file)
    : path_(std::move(path)), library_(std::move(library)), file_(std::move(file)) {}

Hdf5File Hdf5File::open(const std::filesystem::path& path) {
  auto library = enter_library();
  Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file)
    throw DataError("cannot open {}: it is missing, truncated, damaged or no HDF5 file", path.string());
  return {path, std::move(library), std::move(file)};
}

Hdf5File Hdf5File::create(const std::filesystem::path& path) {
  auto library = enter_library();
  // The newer format has checksums in its own structures as well.
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  const Hdf5Handle creation = without_times(H5P_FILE_CREATE);
  Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose);
  if (!file)
    throw DataError("cannot create {}: is the disk full, or the folder not writable?", path.string());
  return {path, std::move(library), std::move(file)};
}

void Hdf5File::check_read(bool good, const char* name) const {
  if (!good) throw DataError("cannot read '{}' of {}: is it damaged?", name, path_.string());
}

void Hdf5File::check_written(bool good, const char* name) const {
  if (!good) throw DataError("cannot write '{}' of {}: is the disk full?", name, path_.string());
}

Hdf5Handle Hdf5File::data_set(const char* name) const {
  Hdf5Handle set(H5Dopen2(file_.get(), name, H5P_DEFAULT), H5Dclose);
  check_read(static_cast<bool>(set), name);
  return set;
}

std::int64_t Hdf5File::attribute(const char* name) const {
  const Hdf5Handle attribute(H5Aopen(file_.get(), name, H5P_DEFAULT), H5Aclose);
  std::int64_t value = 0;
  check_read(attribute && H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) >= 0, name);
  return value;
}

void Hdf5File::set_attribute(const char* name, std::int64_t value) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle attribute(
      H5Acreate2(file_.get(), name, H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check_written(attribute && H5Awrite(attribute.get(), H5T_NATIVE_INT64, &value) >= 0, name);
}

std::size_t Hdf5File::size_of(const char* name) const {
  const Hdf5Handle set = data_set(name);
  const Hdf5Handle space(H5Dget_space(set.get()), H5Sclose);
  return static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
}

void Hdf5File::read_into(const char* name, hid_t type, void* out) const {
  check_read(H5Dread(data_set(name).get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0, name);
}

void Hdf5File::write_from(const char* name, hid_t type, const void* data, const std::vector<hsize_t>& shape) {
  const Hdf5Handle space = simple_space(shape);
  const Hdf5Handle set = create_data_set(file_.get(), name, type, space);
  check_written(set && H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0, name);
}

std::vector<std::string> Hdf5File::read_strings(const char* name) const {
  const Hdf5Handle set = data_set(name);
  const Hdf5Handle type(H5Dget_type(set.get()), H5Tclose);
  const std::size_t width = H5Tget_size(type.get());
  const std::size_t count = size_of(name);
  std::string text(width * count, '\0');
  read_into(name, type.get(), text.data());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string padded = text.substr(i * width, width);
    out.push_back(padded.substr(0, padded.find('\0')));
  }
  return out;
}

void Hdf5File::write_strings(const char* name, const std::vector<std::string>& values) {
  std::size_t width = 1;
  for (const auto& text : values) width = std::max(width, text.size());
  std::string padded;
  for (const auto& text : values) padded += text + std::string(width - text.size(), '\0');
  write_from(name, text_type(width).get(), padded.data(), {values.size()});
}

std::int64_t Hdf5File::data_offset(const char* name) const {
  const haddr_t offset = H5Dget_offset(data_set(name).get());
  if (size_of(name) == 0) return 0;
  check_read(offset != HADDR_UNDEF, name);
  return static_cast<std::int64_t>(offset);
}

void Hdf5File::write_rows(const char* name, const std::vector<hsize_t>& shape, std::size_t part,
                          const std::function<void(std::span<std::uint8_t> rows)>& fill) {
  const Hdf5Handle space = simple_space(shape);
  const Hdf5Handle set = create_data_set(file_.get(), name, H5T_NATIVE_UINT8, space);
  check_written(static_cast<bool>(set), name);
  std::size_t row_bytes = 1;
  for (std::size_t d = 1; d < shape.size(); ++d) row_bytes *= shape[d];
  std::vector<std::uint8_t> rows;
  for (hsize_t begin = 0; begin < shape[0]; begin += part) {
    std::vector<hsize_t> count = shape;
    count[0] = std::min<hsize_t>(part, shape[0] - begin);
    rows.resize(count[0] * row_bytes);
    fill(rows);
    std::vector<hsize_t> start(shape.size(), 0);
    start[0] = begin;
    H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    const Hdf5Handle memory = simple_space(count);
    const herr_t written =
        H5Dwrite(set.get(), H5T_NATIVE_UINT8, memory.get(), space.get(), H5P_DEFAULT, rows.data());
    check_written(written >= 0, name);
  }
}

void Hdf5File::flush() { check_written(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) >= 0, "the end"); }

}  // namespace fedfr::data
