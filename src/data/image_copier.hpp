#pragma once
#include <cstdint>

#include "fedfr/data/dataset.hpp"
#include "fedfr/data/dataset_writer.hpp"

namespace fedfr::data {

/// Options of a dataset that takes over images of `source` as they are.
DatasetWriter::Options copy_options(const Dataset& source, Role role);

/// Takes images over from one dataset into the client that a writer has begun.
class ImageCopier {
 public:
  ImageCopier(const Dataset& source, DatasetWriter& writer);
  /// @param image  index into Dataset::all()
  void add(std::int64_t image, std::int32_t label, Subset subset);

 private:
  ImageSet images_;
  DatasetWriter& writer_;
  NewImage image_;
};

}  // namespace fedfr::data
