#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fedfr/core/pickle.hpp"
#include "fedfr/data/codec/image.hpp"
#include "pickled_array.hpp"

namespace fedfr::data {

/// InsightFace's verification sets (.bin): a pickle of images, of which 2 i and 2 i + 1 are pair i, and of a
/// flag for each pair. An image is a file (bytes, text of Python 2, an array of bytes) or pixels (an array
/// [H,W,3] or [3,H,W]).
class PairSet {
 public:
  /// @param bytes  have to live as long as this
  /// @throws DataError with the offset, without the file's name
  explicit PairSet(std::span<const std::byte> bytes);

  std::int64_t images() const { return images_; }
  const std::vector<bool>& same() const { return same_; }  ///< [images / 2]
  /// @throws DataError with the offset, for an image that is neither a file nor pixels
  void check(std::int64_t image) const;
  /// Whether the image is pixels; else it is a file.
  bool is_pixels(std::int64_t image) const;
  /// The bytes of the file, or of the pixels as they lie there: equal ones are one image.
  std::string bytes_of(std::int64_t image) const;
  Image pixels_of(std::int64_t image) const;

 private:
  struct Content {
    std::string_view bytes;
    bool is_text = false;               // whose characters are the bytes
    std::vector<std::int64_t> shape{};  // of pixels
  };
  Content content_of(std::int64_t image) const;

  pickle::Pickle pickle_;
  const std::vector<const pickle::Value*>* list_ = nullptr;
  std::optional<PickledArray> array_;  // of all images in one
  std::int64_t images_ = 0;
  std::vector<bool> same_;
};

}  // namespace fedfr::data
