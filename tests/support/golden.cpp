#include "support/golden.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "fedfr/core/file.hpp"
#include "fedfr/core/rng.hpp"

// Reads golden files by HDF5 itself, and members of LFW's tar file: fedfr's own readers of datasets are under
// test.
namespace fedfr::test {

namespace fs = std::filesystem;

namespace {

fs::path from_environment(const char* name, const char* fallback) {
  const char* set = std::getenv(name);
  return set != nullptr ? fs::path(set) : fs::path(fallback);
}

hid_t checked(hid_t id, const std::string& name) {
  if (id < 0) throw std::runtime_error("golden file: cannot open " + name);
  return id;
}

std::string cut_at_null(const std::string& padded) { return padded.substr(0, padded.find('\0')); }

template <class T>
std::vector<T> read_all(std::int64_t file, const std::string& name, hid_t type) {
  const hid_t set = checked(H5Dopen2(file, name.c_str(), H5P_DEFAULT), name);
  const hid_t space = H5Dget_space(set);
  std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  const bool failed = !values.empty() && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0;
  H5Sclose(space);
  H5Dclose(set);
  if (failed) throw std::runtime_error("golden file: cannot read " + name);
  return values;
}

}  // namespace

fs::path golden_folder() { return from_environment("FEDFR_GOLDEN_DIR", "../shared/golden"); }
fs::path lfw_folder() { return from_environment("FEDFR_LFW_DIR", "../shared/data/lfw"); }

GoldenFile::GoldenFile(const std::string& file_name)
    : file_(checked(H5Fopen((golden_folder() / file_name).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), file_name)) {
}

GoldenFile::~GoldenFile() { H5Fclose(file_); }

bool GoldenFile::has(const std::string& name) const {
  for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1))
    if (H5Lexists(file_, name.substr(0, at).c_str(), H5P_DEFAULT) <= 0) return false;
  return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::int64_t> GoldenFile::shape(const std::string& name) const {
  const hid_t set = checked(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), name);
  const hid_t space = H5Dget_space(set);
  std::vector<hsize_t> dims(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  H5Sclose(space);
  H5Dclose(set);
  return {dims.begin(), dims.end()};
}

std::vector<float> GoldenFile::floats(const std::string& name) const {
  return read_all<float>(file_, name, H5T_NATIVE_FLOAT);
}
std::vector<double> GoldenFile::doubles(const std::string& name) const {
  return read_all<double>(file_, name, H5T_NATIVE_DOUBLE);
}
std::vector<std::int64_t> GoldenFile::ints(const std::string& name) const {
  return read_all<std::int64_t>(file_, name, H5T_NATIVE_INT64);
}
std::vector<std::uint64_t> GoldenFile::seeds(const std::string& name) const {
  return read_all<std::uint64_t>(file_, name, H5T_NATIVE_UINT64);
}
std::vector<std::uint8_t> GoldenFile::bytes(const std::string& name) const {
  return read_all<std::uint8_t>(file_, name, H5T_NATIVE_UINT8);
}

std::vector<std::string> GoldenFile::strings(const std::string& name) const {
  const hid_t set = checked(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), name);
  const hid_t type = H5Dget_type(set);
  const std::size_t width = H5Tget_size(type);
  const hid_t space = H5Dget_space(set);
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  H5Sclose(space);
  std::vector<char> raw(count * width);
  H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data());
  H5Tclose(type);
  H5Dclose(set);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(cut_at_null(std::string(&raw[i * width], width)));
  return out;
}

std::vector<std::string> GoldenFile::children(const std::string& group) const {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* child, const H5L_info_t*, void* into) -> herr_t {
    static_cast<std::vector<std::string>*>(into)->emplace_back(child);
    return 0;
  };
  H5Literate_by_name(file_, group.c_str(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names, H5P_DEFAULT);
  return names;
}

double GoldenFile::number(const std::string& object, const std::string& attribute) const {
  const hid_t a =
      checked(H5Aopen_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), attribute);
  double value = 0;
  H5Aread(a, H5T_NATIVE_DOUBLE, &value);
  H5Aclose(a);
  return value;
}

std::string GoldenFile::text(const std::string& object, const std::string& attribute) const {
  const hid_t a =
      checked(H5Aopen_by_name(file_, object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), attribute);
  const hid_t type = H5Aget_type(a);
  std::string value;
  // Of variable length: HDF5 gives a string of its own, which is its to free.
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    H5Aread(a, type, static_cast<void*>(&text));
    value = text;
    H5free_memory(text);
  } else {
    value.resize(H5Tget_size(type));
    H5Aread(a, type, value.data());
  }
  H5Tclose(type);
  H5Aclose(a);
  return cut_at_null(value);
}

void formula_fill(std::uint64_t seed, std::uint64_t tensor_index, float scale, float offset,
                  std::span<float> out) {
  // SplitMix64 (Steele, Lea and Flood 2014) started at a key of the tensor. The golden files' README has the
  // same formula.
  constexpr std::uint64_t golden = 0x9E3779B97F4A7C15ULL;
  const std::uint64_t key = mix64(seed + (tensor_index + 1) * golden);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint64_t z = mix64(key + (i + 1) * golden);
    const float u = static_cast<float>(z >> 40) * 0x1p-23F - 1.0F;
    // A value of its own, so that the product is rounded before the sum as the formula says; the build
    // forbids to fuse them (-ffp-contract=off).
    const float scaled = scale * u;
    out[i] = offset + scaled;
  }
}

double relative_error(std::span<const float> actual, std::span<const float> expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  double scale = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    // Not std::max, which would pass over a NaN.
    if (!(difference <= worst)) worst = difference;
    scale = std::max(scale, std::abs(static_cast<double>(expected[i])));
  }
  return scale > 0 ? worst / scale : worst;
}

double relative_error(double actual, double expected) {
  return std::abs(actual - expected) / std::max(std::abs(expected), 1e-300);
}

TarFile::TarFile(const fs::path& path) : path_(path) {
  const auto file = open_for_reading(path);
  const auto size = static_cast<std::int64_t>(fs::file_size(path));
  constexpr std::int64_t block = 512;
  for (std::int64_t at = 0; at + block <= size;) {
    std::string header(static_cast<std::size_t>(block), '\0');
    read_exactly(file, path, at, std::as_writable_bytes(std::span(header)));
    // Blocks of zeros end the archive.
    if (header[0] == '\0') break;
    // ustar: the name at byte 0, the size in octal digits at 124, the kind at 156 ('0' is a file); content
    // follows, filled up to whole blocks.
    const std::int64_t bytes = std::stoll(header.substr(124, 11), nullptr, 8);
    if (header[156] == '0') members_.push_back({cut_at_null(header.substr(0, 100)), at + block, bytes});
    at += block + (bytes + block - 1) / block * block;
  }
}

std::vector<std::byte> TarFile::read(const std::string& base_name) const {
  for (const auto& member : members_) {
    if (fs::path(member.name).filename() != base_name) continue;
    std::vector<std::byte> bytes(static_cast<std::size_t>(member.size));
    read_exactly(open_for_reading(path_), path_, member.offset, bytes);
    return bytes;
  }
  throw std::runtime_error(path_.string() + " has no " + base_name);
}

std::vector<std::string> TarFile::names() const {
  std::vector<std::string> out;
  for (const auto& member : members_) out.push_back(member.name);
  return out;
}

}  // namespace fedfr::test
