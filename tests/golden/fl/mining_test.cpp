// Case f: which public images are hard negatives.
#include <gtest/gtest.h>

#include "fedfr/fl/parts/hard_negatives.hpp"
#include "fedfr/nn/losses.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

TEST(GoldenF, HardNegativesOfEveryThreshold) {
  FEDFR_NEEDS_GOLDEN("f_hard_negative.h5");
  const test::GoldenFile file("f_hard_negative.h5");
  const at::Tensor local = nn::unit_rows(test::tensor(file, "local_features_unnormalised"));
  const Candidates publics = candidates(test::tensor(file, "public_features"));
  EXPECT_LT(test::relative_error(largest_similarity(local, publics), test::tensor(file, "max_similarity")),
            1e-6);
  for (const std::string group : {"threshold0", "threshold1", "threshold2", "threshold3"})
    EXPECT_EQ(mine_hard_negatives(local, publics, {.threshold = file.number(group, "threshold")}),
              file.ints(group + "/kept"))
        << group;
}

}  // namespace
}  // namespace fedfr::fl
