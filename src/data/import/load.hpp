#pragma once
#include <span>
#include <string>

#include "collection_sink.hpp"
#include "landmark_table.hpp"
#include "sources/image_source.hpp"

namespace fedfr::data {

/// Decodes, aligns and resizes images as the options say. What is wrong with one is noted in the result.
class ImageLoader {
 public:
  /// @param source, identities, landmarks  must outlive this; landmarks: of all images, or null
  ImageLoader(const ImageSource& source, const std::vector<std::string>& identities,
              const LandmarkTable* landmarks, const ImportOptions& options)
      : source_(source), identities_(identities), landmarks_(landmarks), options_(options) {}

  /// Images of which many may lie one behind the other in their file.
  /// @param images  are moved from
  void load(std::span<IndexedImage> images, std::span<Candidate> loaded) const;

 private:
  Candidate load(IndexedImage image, Window& window) const;

  const ImageSource& source_;
  const std::vector<std::string>& identities_;
  const LandmarkTable* landmarks_;
  ImportOptions options_;
};

}  // namespace fedfr::data
