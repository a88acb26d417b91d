#include "fedfr/core/indices.hpp"
#include "fedfr/fl/parts/public_images.hpp"

namespace fedfr::fl {

PublicImages all_public_images() {
  return {
      .name = "all public images",
      .by_similarity = false,
      .choose = [](const at::Tensor&, const Candidates&, std::int64_t count) { return all_indices(count); }};
}

}  // namespace fedfr::fl
