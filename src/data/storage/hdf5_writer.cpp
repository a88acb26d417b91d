// Writes the few kinds of HDF5 objects that a shard has, so that the same content gives the same bytes.
#include "hdf5_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fedfr/core/text.hpp"

namespace fedfr::data {

namespace {

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

/// Fixed-length text, padded with nulls, marked as UTF-8 for readers like h5py.
Hdf5Handle text_type(std::size_t width) {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), width);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

Hdf5Handle create_file(const std::filesystem::path& path) {
  // The newer format has checksums in its own structures as well.
  const Hdf5Handle access = hdf5_file_access();
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  const Hdf5Handle creation = without_times(H5P_FILE_CREATE);
  Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose);
  if (!file) throw_write_failure(path, "write the beginning");
  return file;
}

}  // namespace

Hdf5Writer::Hdf5Writer(std::filesystem::path path)
    : path_(std::move(path)), library_(enter_hdf5()), file_(create_file(path_)) {}

void Hdf5Writer::check(bool good, const char* name) const {
  if (!good) throw_write_failure(path_, fmt::format("write '{}'", name));
}

void Hdf5Writer::set_attribute(const char* name, std::int64_t value) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle attribute(
      H5Acreate2(file_.get(), name, H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check(attribute && H5Awrite(attribute.get(), H5T_NATIVE_INT64, &value) >= 0, name);
}

void Hdf5Writer::write_from(const char* name, hid_t type, const void* data,
                            const std::vector<hsize_t>& shape) {
  const Hdf5Handle space = simple_space(shape);
  const Hdf5Handle set = create_data_set(file_.get(), name, type, space);
  check(set && H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0, name);
}

void Hdf5Writer::write_strings(const char* name, std::string_view texts) {
  std::size_t width = 0;
  std::int64_t count = 0;
  for (auto rest = texts; !rest.empty(); ++count) width = std::max(width, next_part(rest, '\0').size());
  write_strings(name, width, count, [&] { return next_part(texts, '\0'); });
}

void Hdf5Writer::write_strings(const char* name, std::size_t width, std::int64_t count,
                               const std::function<std::string_view()>& next) {
  width = std::max<std::size_t>(1, width);
  constexpr std::size_t bytes_at_once = std::size_t{1} << 20U;
  write_parts(name, text_type(width).get(), {static_cast<hsize_t>(count)}, width,
              std::max<std::size_t>(1, bytes_at_once / width), [&](std::span<std::uint8_t> rows) {
                for (; !rows.empty(); rows = rows.subspan(width)) {
                  const auto text = next();
                  const auto rest = std::ranges::copy(text, rows.begin()).out;
                  std::fill(rest, rows.begin() + static_cast<std::ptrdiff_t>(width), std::uint8_t{0});
                }
              });
}

std::int64_t Hdf5Writer::make_room(const char* name, const std::vector<hsize_t>& shape) {
  const Hdf5Handle space = simple_space(shape);
  const Hdf5Handle set = create_data_set(file_.get(), name, H5T_NATIVE_UINT8, space);
  check(static_cast<bool>(set), name);
  if (std::ranges::find(shape, hsize_t{0}) != shape.end()) return 0;
  // Room is taken when something is first written: here the last number, so that the others are a hole.
  std::vector<hsize_t> last, one(shape.size(), 1);
  for (const auto extent : shape) last.push_back(extent - 1);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, last.data(), nullptr, one.data(), nullptr);
  const Hdf5Handle memory = simple_space(one);
  const std::uint8_t zero = 0;
  check(H5Dwrite(set.get(), H5T_NATIVE_UINT8, memory.get(), space.get(), H5P_DEFAULT, &zero) >= 0, name);
  const haddr_t begin = H5Dget_offset(set.get());
  check(begin != HADDR_UNDEF, name);
  return static_cast<std::int64_t>(begin);
}

void Hdf5Writer::write_parts(const char* name, hid_t type, const std::vector<hsize_t>& shape,
                             std::size_t row_bytes, std::size_t part,
                             const std::function<void(std::span<std::uint8_t> rows)>& fill) {
  const Hdf5Handle space = simple_space(shape);
  const Hdf5Handle set = create_data_set(file_.get(), name, type, space);
  check(static_cast<bool>(set), name);
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
    check(H5Dwrite(set.get(), type, memory.get(), space.get(), H5P_DEFAULT, rows.data()) >= 0, name);
  }
}

void Hdf5Writer::flush() { check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) >= 0, "the end"); }

}  // namespace fedfr::data
