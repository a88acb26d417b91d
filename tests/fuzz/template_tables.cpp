// The tables of a template benchmark: the first byte says which.
#include "fedfr/data/templates/template_tables.hpp"

#include <cmath>
#include <set>

#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

namespace {

void look_at_faces(std::string_view text) {
  for (const auto& face : data::parse_template_faces(text, "faces.txt")) {
    fuzz::require(!face.name.empty(), "an image has a name");
    fuzz::require(std::isfinite(face.detector_score), "a score is a number");
    for (const float coordinate : face.landmarks)
      fuzz::require(std::isfinite(coordinate), "a landmark is a number");
  }
}

void look_at_subjects(std::string_view text) {
  std::set<std::int64_t> seen;
  for (const auto& entry : data::parse_template_subjects(text, "gallery.csv"))
    fuzz::require(seen.insert(entry.id).second, "a template comes once");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    const fuzz::BoundedMemory bounded(size, 64);
    const auto text = fuzz::text_of(data + 1, size - 1);
    switch (data[0] % 4) {
      case 0:
        look_at_faces(text);
        break;
      case 1:
        data::parse_template_images(text, "images.txt");
        break;
      case 2:
        data::parse_template_pairs(text, "pairs.txt");
        break;
      default:
        look_at_subjects(text);
    }
  } catch (const Error&) {
  }
  return 0;
}
