#include <gtest/gtest.h>

#include "fedfr/fl/parts/public_images.hpp"

namespace fedfr::fl {
namespace {

TEST(AllPublicImages, LooksAtNone) {
  const PublicImages all = all_public_images();
  EXPECT_FALSE(all.by_similarity);
  EXPECT_EQ(all.choose({}, {}, 3), (std::vector<std::int64_t>{0, 1, 2}));
}

}  // namespace
}  // namespace fedfr::fl
