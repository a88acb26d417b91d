// Lists of landmarks; what they say may be used to align an image.
#include "data/import/landmark_table.hpp"
#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fuzz::BoundedMemory bounded(size, 64);
    const auto table = data::LandmarkTable::of_text(fuzz::text_of(data, size), "landmarks.txt");
    fuzz::require(table.size() > 0, "there are landmarks");
    const auto points = table.find("a/1.jpg");
    if (const auto map = data::fit_similarity(points, data::aligned_landmarks)) {
      const data::Image image{{2, 3}, std::vector<std::uint8_t>(18, 255)};
      data::warp(image, *map, {4, 4});
    }
  } catch (const Error&) {
  }
  return 0;
}
