#pragma once
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/file.hpp"
#include "stored_dataset.hpp"

/// Datasets as somebody makes them who means harm: changed by means of the HDF5 library, with every checksum
/// computed anew, so that only what they say can be held against them.
namespace fedfr::data::test {

using Json = nlohmann::ordered_json;

/// Changes dataset.json and computes its checksum anew.
inline void rewrite_manifest(const std::filesystem::path& folder, const std::function<void(Json&)>& change) {
  auto json = Json::parse(read_text(folder / "dataset.json"));
  json.erase("checksum");
  change(json);
  const std::string text = json.dump();
  json["checksum"] = crc32c(std::as_bytes(std::span(text)));
  overwrite(folder / "dataset.json", json.dump());
}

class RewrittenShard {
 public:
  /// @param file  the first shard of a dataset
  explicit RewrittenShard(const std::filesystem::path& file)
      : path_(file), file_(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)) {
    if (file_ < 0) throw std::runtime_error("cannot open " + file.string());
  }
  RewrittenShard(const RewrittenShard&) = delete;
  RewrittenShard& operator=(const RewrittenShard&) = delete;
  ~RewrittenShard() {
    if (file_ >= 0) close();
  }

  hid_t file() const { return file_; }
  void remove(const char* name) { H5Ldelete(file_, name, H5P_DEFAULT); }

  /// Puts another data set in the place of one.
  void replace(const char* name, hid_t type, const std::vector<hsize_t>& shape, hid_t creation = H5P_DEFAULT,
               const void* data = nullptr) {
    remove(name);
    const hid_t space = shape.empty()
                            ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = H5Dcreate2(file_, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (set < 0) throw std::runtime_error(std::string("cannot replace ") + name);
    if (data != nullptr) H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(set);
    H5Sclose(space);
  }

  template <class T>
  std::vector<T> get(const char* name) const {
    const hid_t set = H5Dopen2(file_, name, H5P_DEFAULT);
    std::vector<T> values(H5Dget_storage_size(set) / sizeof(T));
    const hid_t type = H5Dget_type(set);
    H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Tclose(type);
    H5Dclose(set);
    return values;
  }
  /// Overwrites the values of a data set.
  template <class T>
  void set(const char* name, const std::vector<T>& values) {
    const hid_t set = H5Dopen2(file_, name, H5P_DEFAULT);
    const hid_t type = H5Dget_type(set);
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Tclose(type);
    H5Dclose(set);
  }

  /// Computes the checksum of the index anew, here and in dataset.json.
  void seal() {
    std::uint32_t crc = 0;
    for (const char* name : {"label", "subset", "client_id", "client_offset", "identity_offset",
                             "jpeg_offset", "block_crc", "name_crc"})
      if (H5Lexists(file_, name, H5P_DEFAULT) > 0) {
        const auto bytes = get<std::uint8_t>(name);
        crc = crc32c(std::as_bytes(std::span(bytes)), crc);
      }
    set("index_crc", std::vector{crc});
    close();
    rewrite_manifest(path_.parent_path(), [&](Json& json) {
      json["shards"][0]["bytes"] = std::filesystem::file_size(path_);
      json["shards"][0]["index_crc"] = crc;
    });
  }

  /// Closes it and notes its new length only.
  void close_as_is() {
    close();
    rewrite_manifest(path_.parent_path(),
                     [&](Json& json) { json["shards"][0]["bytes"] = std::filesystem::file_size(path_); });
  }

 private:
  void close() {
    H5Fclose(file_);
    file_ = -1;
  }
  std::filesystem::path path_;
  hid_t file_;
};

}  // namespace fedfr::data::test
