#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fedfr/core/output_file.hpp"
#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

/// One record of MXNet's RecordIO: a header with labels and a number, and an image behind it, cut at the
/// magic word. Source: dmlc-core's recordio.h, and IRHeader of mxnet.recordio.
/// @throws DataError for more than 2^29 bytes
std::string record_of(std::span<const float> labels, std::uint64_t key, std::span<const std::uint8_t> image);

/// train.rec, train.idx, train.lst and property, as InsightFace has them: record 0 says with two labels which
/// keys people have, those records say with two labels which keys images of the person have, and images have
/// keys from 1 on, person by person.
class RecordSetWriter {
 public:
  RecordSetWriter(const std::filesystem::path& folder, std::int64_t images, std::int64_t identities,
                  ImageSize size);

  void begin_identity();
  /// @param path  for train.lst
  void add(std::span<const std::uint8_t> image, const std::string& path);
  /// @param remarks  gets what the user should know
  void finish(std::vector<std::string>& remarks);

 private:
  void write(std::uint64_t key, const std::string& record);

  bool has_ranges_;
  OutputFile records_, index_, list_;
  std::int64_t offset_ = 0;
  std::uint64_t key_ = 1;
  std::vector<std::uint64_t> first_keys_;  // of the people so far
};

}  // namespace fedfr::data
