// Every question that is asked of a file is asked before its answer is used: first whether the object is
// plain and the file's own, then its type and shape, then whether the file holds its bytes, and only then is
// memory taken.
#include "hdf5_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"

namespace fedfr::data {

namespace {

/// Looks at a file before the library does, for the system's reason where it cannot be opened, and for the
/// one version of the superblock that shards have: those before it lead to structures without checksums.
std::uint64_t size_of_hdf5_file(const std::filesystem::path& path) {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(path, failed);
  if (failed == std::errc::no_such_file_or_directory)
    throw DataError("there is no {}: restore it or make the dataset anew", path.string());
  if (failed) throw AccessError("cannot open {}: {}", path.string(), failed.message());
  constexpr std::string_view beginning = "\x89HDF\r\n\x1a\n\x02";
  std::array<char, beginning.size()> found{};
  const FileDescriptor file = open_for_reading(path);
  if (bytes >= found.size()) read_exactly(file, path, 0, std::as_writable_bytes(std::span(found)));
  if (std::string_view(found.data(), found.size()) != beginning)
    throw DataError("{} is damaged or no HDF5 file of fedfr's; restore it or make the dataset anew",
                    path.string());
  return bytes;
}

Hdf5Handle open_file(const std::filesystem::path& path) {
  const Hdf5Handle access = hdf5_file_access();
  Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!file) throw_read_failure(path, "read the beginning");
  return file;
}

bool is_of_type(hid_t found, hid_t expected) {
  return H5Tget_class(found) == H5T_INTEGER && H5Tget_size(found) == H5Tget_size(expected) &&
         H5Tget_sign(found) == H5Tget_sign(expected);
}

bool has_shape(hid_t data_set, const std::vector<hsize_t>& shape) {
  const Hdf5Handle space(H5Dget_space(data_set), H5Sclose);
  if (H5Sget_simple_extent_type(space.get()) != H5S_SIMPLE ||
      H5Sget_simple_extent_ndims(space.get()) != static_cast<int>(shape.size()))
    return false;
  std::vector<hsize_t> found(shape.size());
  return H5Sget_simple_extent_dims(space.get(), found.data(), nullptr) >= 0 && found == shape;
}

}  // namespace

Hdf5Reader::Hdf5Reader(std::filesystem::path path)
    : path_(std::move(path)),
      bytes_(size_of_hdf5_file(path_)),
      library_(enter_hdf5()),
      file_(open_file(path_)) {}

void Hdf5Reader::check(bool good, const char* name) const {
  if (!good) throw_read_failure(path_, fmt::format("read '{}'", name));
}

void Hdf5Reader::require(bool as_written, const char* name, const char* what) const {
  if (!as_written)
    throw DataError("{} is damaged or was not written by fedfr: '{}' {}; restore it or make the dataset anew",
                    path_.string(), name, what);
}

std::int64_t Hdf5Reader::attribute(const char* name) const {
  const Hdf5Handle attribute(H5Aopen(file_.get(), name, H5P_DEFAULT), H5Aclose);
  check(static_cast<bool>(attribute), name);
  const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  require(is_of_type(type.get(), H5T_NATIVE_INT64) && H5Sget_simple_extent_npoints(space.get()) == 1, name,
          "is not one whole number");
  std::int64_t value = 0;
  check(H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) >= 0, name);
  return value;
}

/// The order matters: to ask a link or an assembled data set for its shape may open other files.
Hdf5Reader::DataSet Hdf5Reader::open(const char* name, const std::vector<hsize_t>& shape) const {
  H5L_info_t link{};
  check(H5Lget_info(file_.get(), name, &link, H5P_DEFAULT) >= 0, name);
  require(link.type == H5L_TYPE_HARD, name, "is a link");
  Hdf5Handle handle(H5Dopen2(file_.get(), name, H5P_DEFAULT), H5Dclose);
  check(static_cast<bool>(handle), name);
  const Hdf5Handle creation(H5Dget_create_plist(handle.get()), H5Pclose);
  require(H5Pget_layout(creation.get()) == H5D_CONTIGUOUS && H5Pget_external_count(creation.get()) == 0, name,
          "is not stored in one piece");
  require(has_shape(handle.get(), shape), name, "has another shape than it should");
  Hdf5Handle type(H5Dget_type(handle.get()), H5Tclose);
  check(static_cast<bool>(type), name);

  // Everything is compared by division: the product of a hostile shape may overflow.
  std::uint64_t room = bytes_ / std::max<std::size_t>(1, H5Tget_size(type.get()));
  hsize_t count = 1;
  for (const hsize_t extent : shape) {
    require(extent == 0 || count <= room / extent, name, "is larger than the file");
    count *= extent;
  }
  if (count == 0) return {std::move(handle), std::move(type), 0, 0};
  const haddr_t begin = H5Dget_offset(handle.get());
  require(begin != HADDR_UNDEF && begin <= bytes_ && count * H5Tget_size(type.get()) <= bytes_ - begin, name,
          "does not lie within the file");
  return {std::move(handle), std::move(type), count, static_cast<std::int64_t>(begin)};
}

Hdf5Reader::DataSet Hdf5Reader::open_numbers(const char* name, hid_t type,
                                             const std::vector<hsize_t>& shape) const {
  auto set = open(name, shape);
  require(is_of_type(set.type.get(), type), name, "has another type than it should");
  return set;
}

void Hdf5Reader::read_into(const DataSet& set, const char* name, hid_t type, void* out) const {
  check(H5Dread(set.handle.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0, name);
}

std::vector<std::string> Hdf5Reader::read_strings(const char* name, std::int64_t count) const {
  const auto set = open(name, {static_cast<hsize_t>(count)});
  require(H5Tget_class(set.type.get()) == H5T_STRING && H5Tis_variable_str(set.type.get()) == 0, name,
          "is no list of texts of fixed length");
  const std::size_t width = H5Tget_size(set.type.get());
  std::string text(width * static_cast<std::size_t>(count), '\0');
  read_into(set, name, set.type.get(), text.data());
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size(); begin += width) {
    const auto padded = std::string_view(text).substr(begin, width);
    out.emplace_back(padded.substr(0, padded.find('\0')));
  }
  return out;
}

std::int64_t Hdf5Reader::bytes_begin(const char* name, const std::vector<hsize_t>& shape) const {
  return open_numbers(name, H5T_NATIVE_UINT8, shape).begin;
}

}  // namespace fedfr::data
