// Case g: the sample-weighted mean of backbones and public class centres.
#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/fl/server/aggregator.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

TEST(GoldenG, WeightedMeanOfAllClients) {
  FEDFR_NEEDS_GOLDEN("g_fedavg.h5");
  const test::GoldenFile file("g_fedavg.h5");
  const auto counts = file.ints("sample_counts");
  for (const auto& name : file.children("client0")) {
    SCOPED_TRACE(name);
    const auto first = file.floats("client0/" + name);
    const std::vector<SharedTensor> layout = {{name, 0, std::ssize(first)}};
    Aggregator aggregator(layout, first, {.weight = counts[0] + counts[1] + counts[2]});
    for (std::size_t c = 0; c < counts.size(); ++c)
      aggregator.add({ClientId{static_cast<std::int64_t>(c)},
                      counts[c],
                      test::tensor(file, "client" + std::to_string(c) + "/" + name).flatten(),
                      {}});
    comm::LocalCommunicator alone;
    const auto mean = aggregator.finish(alone).mean;
    // The reference adds in float32; ours is the correctly rounded mean up to one unit in the last place.
    EXPECT_LT(test::relative_error(mean, file.floats("aggregate/" + name)), 1e-6);
    if (!file.has("aggregate/" + name + ".f64")) continue;
    const auto exact = file.doubles("aggregate/" + name + ".f64");
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const auto nearest = static_cast<float>(exact[i]);
      EXPECT_LE(std::abs(mean[i] - nearest), std::abs(std::nextafter(nearest, INFINITY) - nearest)) << i;
    }
  }
}

}  // namespace
}  // namespace fedfr::fl
