// Batch norms in federation: their statistics are those of the images of all clients, and each mode keeps,
// sends and changes what it says.
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/fl/server/aggregator.hpp"
#include "support/local_training.hpp"

namespace fedfr::fl {
namespace {

using nn::Learning;

constexpr std::int64_t channels = 5;
const std::vector<SharedTensor> layout = {{"weight", 0, channels},
                                          {"running_mean", channels, channels, Learning::mean},
                                          {"running_var", 2 * channels, channels, Learning::variance},
                                          {"batches", 3 * channels, 1, Learning::counter}};

/// Images of one client, each a value for every channel, and what a batch norm would say of them.
struct Images {
  std::vector<std::vector<float>> values;

  Images(std::int64_t count, double mean, double deviation, std::uint64_t seed) {
    RngStream random({.seed = seed, .purpose = Purpose::initialise_backbone});
    for (std::int64_t i = 0; i < count; ++i) {
      values.emplace_back();
      for (std::int64_t c = 0; c < channels; ++c)
        values.back().push_back(static_cast<float>(mean + deviation * random.normal()));
    }
  }

  ClientUpdate update(int client, float batches) const {
    at::Tensor shared = at::empty({3 * channels + 1}, at::kFloat);
    auto* out = shared.data_ptr<float>();
    for (std::size_t c = 0; c < channels; ++c) {
      out[c] = 1;
      out[channels + c] = static_cast<float>(mean(c));
      out[2 * channels + c] = static_cast<float>(variance(c, mean(c)));
    }
    out[3 * channels] = batches;
    return {ClientId{client}, std::ssize(values), shared, {}};
  }

  double mean(std::size_t channel) const {
    double sum = 0;
    for (const auto& image : values) sum += static_cast<double>(image[channel]);
    return sum / static_cast<double>(values.size());
  }
  double variance(std::size_t channel, double about) const {
    double sum = 0;
    for (const auto& image : values) sum += std::pow(static_cast<double>(image[channel]) - about, 2);
    return sum / static_cast<double>(values.size());
  }
};

std::vector<float> aggregate(const std::vector<ClientUpdate>& updates, float start_mean) {
  std::vector<float> start(3 * channels + 1, 1);
  std::fill_n(start.begin() + channels, channels, start_mean);
  Aggregator aggregator(layout, start, {.weight = 100});
  for (const auto& update : updates) aggregator.add(update);
  comm::LocalCommunicator alone;
  return aggregator.finish(alone).mean;
}

// Means that are large beside the deviation are where E[x^2] - E[x]^2 in float would lose all digits.
TEST(NormStatistics, AreThoseOfAllImagesTogether) {
  Images first(40, 1000, 0.5, 1);
  const Images second(17, 1000.5, 0.25, 2);
  const Images third(3, 999.5, 1, 3);
  const auto pooled = aggregate({first.update(0, 7), second.update(1, 12), third.update(2, 3)}, 1000);
  for (const auto* other : {&second, &third})
    first.values.insert(first.values.end(), other->values.begin(), other->values.end());
  for (std::size_t c = 0; c < channels; ++c) {
    EXPECT_NEAR(pooled[channels + c], first.mean(c), 1e-4);
    // Each client's mean is known to half a unit in the last place of 1000, 3e-5.
    EXPECT_NEAR(pooled[2 * channels + c], first.variance(c, first.mean(c)), 1e-4);
  }
  EXPECT_EQ(pooled[3 * channels], 12) << "the counter of batches is the largest";
}

TEST(NormStatistics, OfASingleClientComeBackUnchanged) {
  const auto update = Images(30, 3, 0.01, 4).update(0, 5);
  const auto pooled = aggregate({update}, 2.5F);
  for (std::int64_t i = 0; i < update.shared.numel(); ++i)
    EXPECT_EQ(pooled[static_cast<std::size_t>(i)], update.shared.const_data_ptr<float>()[i]) << i;
}

TEST(NormStatistics, DoNotDependOnTheOrderOfClients) {
  const auto a = Images(40, 10, 3, 1).update(0, 1);
  const auto b = Images(17, -5, 2, 2).update(1, 2);
  const auto c = Images(3, 0, 9, 3).update(2, 3);
  EXPECT_EQ(aggregate({a, b, c}, 1), aggregate({c, a, b}, 1));
}

TEST(NormStatistics, ThatAreNotFiniteNameTheClient) {
  auto update = Images(4, 0, 1, 1).update(6, 1);
  update.shared.data_ptr<float>()[2 * channels + 1] = std::nanf("");
  EXPECT_THAT([&] { aggregate({update}, 0); },
              testing::ThrowsMessage<DataError>(
                  testing::AllOf(testing::HasSubstr("client 6"), testing::HasSubstr("running_var"))));
}

class NormModes : public test::LocalTraining, public testing::Test {
 protected:
  /// Trains client 0 once with this role of batch norms.
  nn::ParameterSet trained_with(Role role, const PrivateState* state = nullptr) {
    row_ = {};
    const auto network = std::shared_ptr(nn::Backbone::make({.name = "mobilefacenet",
                                                             .width = 0.1,
                                                             .embedding = 16,
                                                             .height = image_size.height,
                                                             .width_pixels = image_size.width}));
    if (role != Role::shared) row_.roles.set_norms(role);
    model_ = std::make_unique<GlobalModel>(network, 4, at::kCPU, row_.roles);
    model_->initialise(7);
    result_ = train(state == nullptr ? 0 : 1, state);
    nn::ParameterSet trained = network->make_parameters();
    trained.copy_from(result_.state.at(kept::backbone));
    return trained;
  }

  static constexpr const char* norm = "layers.0.layers.1";
  LocalResult result_;
};

TEST_F(NormModes, AverageMovesAndSendsStatistics) {
  const auto trained = trained_with(Role::shared);
  const auto& start = model_->parameters();
  for (const char* part : {".weight", ".bias", ".running_mean", ".running_var", ".num_batches_tracked"})
    EXPECT_FALSE(trained.at(norm + std::string(part)).equal(start.at(norm + std::string(part)))) << part;
  EXPECT_EQ(trained.at("layers.0.layers.1.num_batches_tracked").item<float>(),
            static_cast<float>(result_.statistics.steps));
  EXPECT_EQ(result_.update.shared.numel(), model_->parameters().size() + model_->public_centres().numel());
}

TEST_F(NormModes, FrozenOnesNeitherMoveNorLeave) {
  const auto trained = trained_with(Role::frozen);
  const auto& start = model_->parameters();
  for (std::size_t i = 0; i < trained.specs().size(); ++i)
    EXPECT_EQ(trained[i].equal(start[i]), trained.specs()[i].of_norm) << trained.specs()[i].name;
  for (const auto& tensor : model_->layout())
    EXPECT_THAT(tensor.name, testing::Not(testing::HasSubstr("backbone.layers.0.layers.1.")));
}

TEST_F(NormModes, OwnOnesStayWithTheClientAndGoOn) {
  const auto first = trained_with(Role::own);
  for (const auto& tensor : model_->layout())
    EXPECT_THAT(tensor.name, testing::Not(testing::HasSubstr("backbone.layers.0.layers.1.")));
  const float batches = first.at("layers.0.layers.1.num_batches_tracked").item<float>();
  EXPECT_GT(batches, 0);
  const PrivateState state = result_.state;
  const auto second = trained_with(Role::own, &state);
  EXPECT_EQ(second.at("layers.0.layers.1.num_batches_tracked").item<float>(), 2 * batches);
}

}  // namespace
}  // namespace fedfr::fl
