#include "fedfr/fl/central/central_trainer.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/nn/image_input.hpp"
#include "support/local_training.hpp"

// Centralized training against the same computed plainly: the whole batch in one piece, the whole matrix of
// centres, autograd and SGD by its equations.
namespace fedfr::fl {
namespace {

constexpr int identities = 300;
constexpr int images = 2;

struct CentralTraining : testing::Test {
  CentralTraining() {
    test::write_noisy_dataset(folder_ / "public", data::Role::public_set, identities, images, 1);
    set_ = std::make_unique<data::Dataset>(folder_ / "public");
    pooled_.add_all(set_->all(), identities);
    config_.shape = {.batch = 24, .micro_batches = 3};
    config_.sgd = {.momentum = 0.9, .weight_decay = 5e-4, .clip_norm = 5};
    config_.margin.scale = 16;
  }

  GlobalModel model(const std::string& backbone) const {
    const auto network =
        std::shared_ptr(nn::Backbone::make({.name = backbone,
                                            .width = 0.25,
                                            .embedding = 16,
                                            .height = test::LocalTraining::image_size.height,
                                            .width_pixels = test::LocalTraining::image_size.width}));
    GlobalModel model(network, 0, at::kCPU);
    model.initialise(7);
    return model;
  }

  EpochImages epoch(std::uint64_t number = 0) const {
    return {pooled_, config_.shape, {.seed = 3, .epoch = number, .mirror = true}};
  }

  void train(CentralTrainer& trainer, const EpochImages& epoch, std::int64_t begin, std::int64_t end) {
    trainer.train({.epoch = epoch,
                   .begin = begin,
                   .end = end,
                   .rate = [](std::int64_t step) { return 0.05 / static_cast<double>(step + 1); },
                   .after_step = [&](std::int64_t, double loss) { losses_.push_back(loss); }});
  }

  static at::Tensor centres(const CentralTrainer& trainer) {
    std::vector<at::Tensor> parts;
    for (const auto& slice : trainer.classes().mine()) parts.push_back(slice.centres.clone());
    return at::cat(parts);
  }

  test::TempFolder folder_;
  std::unique_ptr<data::Dataset> set_;
  PooledImages pooled_;
  CentralConfig config_;
  comm::LocalCommunicator comm_;
  std::vector<double> losses_;
};

/// The whole of a step in one piece.
struct Plain {
  const nn::Backbone& network;
  nn::ParameterSet weights;
  at::Tensor centres;
  std::vector<at::Tensor> velocities = {};

  std::vector<at::Tensor> learning() const {
    std::vector<at::Tensor> all{centres};
    for (std::size_t i = 0; i < weights.specs().size(); ++i)
      if (weights.specs()[i].learning == nn::Learning::by_gradient) all.push_back(weights[i]);
    return all;
  }

  double step(const PooledImages& pooled, const EpochImages& epoch, std::int64_t number,
              const CentralConfig& config, double rate) {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> mirrored;
    std::vector<std::int64_t> labels;
    const auto size = test::LocalTraining::image_size;
    for (std::int64_t m = 0; m < epoch.micro_batches_of(number); ++m) {
      for (const auto& item : epoch.items(number, m)) {
        pixels.resize(pixels.size() + static_cast<std::size_t>(size.bytes()));
        pooled.sources()[0].read(std::span(&item.index, 1),
                                 std::span(pixels).last(static_cast<std::size_t>(size.bytes())));
        mirrored.push_back(item.mirrored ? 1 : 0);
        labels.push_back(item.label);
      }
    }
    weights.set_trainable(true);
    centres.set_requires_grad(true);
    centres.mutable_grad() = at::Tensor();
    const at::Tensor input = nn::network_input(pixels, size.height, size.width, mirrored, {});
    const at::Tensor loss =
        nn::margin_softmax_loss(network.embed_in_training(weights, input), centres,
                                at::tensor(at::ArrayRef<std::int64_t>(labels)), config.margin);
    loss.backward();
    const at::NoGradGuard no_grad;
    double squares = 0;
    for (const auto& tensor : learning())
      squares += tensor.grad().to(at::kDouble).square().sum().item<double>();
    const double factor = std::min(1.0, config.sgd.clip_norm / (std::sqrt(squares) + 1e-6));
    const auto tensors = learning();
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (velocities.size() <= i) velocities.push_back(at::zeros_like(tensors[i]));
      velocities[i] = velocities[i] * config.sgd.momentum + tensors[i].grad() * factor +
                      tensors[i] * config.sgd.weight_decay;
      at::Tensor(tensors[i]).sub_(velocities[i] * rate);
    }
    return loss.item<double>();
  }
};

TEST_F(CentralTraining, IsThePlainComputation) {
  // With batch norms both see the batch as a whole only if it is one micro-batch.
  for (const auto& [backbone, micro_batches] : {std::pair("sphere20", 3), std::pair("mobilefacenet", 1)}) {
    config_.shape.micro_batches = micro_batches;
    losses_.clear();
    const GlobalModel start = model(backbone);
    CentralTrainer trainer(start, pooled_, config_, comm_);
    trainer.classes().initialise(5);
    Plain plain{start.backbone(), start.backbone().make_parameters(), centres(trainer)};
    plain.weights.copy_from(start.parameters().flat());
    const EpochImages images_of_epoch = epoch();
    for (std::int64_t step = 0; step < 4; ++step) {
      train(trainer, images_of_epoch, step, step + 1);
      const double loss =
          plain.step(pooled_, images_of_epoch, step, config_, 0.05 / static_cast<double>(step + 1));
      EXPECT_NEAR(losses_.back(), loss, 1e-4) << backbone << " step " << step;
    }
    const at::Tensor moved = (plain.weights.flat().detach() - start.parameters().flat()).abs().max();
    EXPECT_GT(moved.item<float>(), 1e-3) << backbone;
    EXPECT_TRUE(at::allclose(trainer.backbone().flat().detach(), plain.weights.flat().detach(), 1e-5, 1e-5))
        << backbone;
    EXPECT_TRUE(at::allclose(centres(trainer), plain.centres.detach(), 1e-5, 1e-5)) << backbone;
  }
}

TEST_F(CentralTraining, LearnsTheImages) {
  const GlobalModel start = model("cnn");
  CentralTrainer trainer(start, pooled_, config_, comm_);
  trainer.classes().initialise(5);
  for (std::uint64_t number = 0; number < 3; ++number) {
    const EpochImages images_of_epoch = epoch(number);
    train(trainer, images_of_epoch, 0, images_of_epoch.steps());
  }
  EXPECT_LT(losses_.back(), 0.9 * losses_.front());
}

TEST_F(CentralTraining, GoesOnFromItsState) {
  config_.margin.kind = nn::Margin::adaface;
  const GlobalModel start = model("mobilefacenet");
  CentralTrainer whole(start, pooled_, config_, comm_);
  whole.classes().initialise(5);
  const EpochImages images_of_epoch = epoch();
  train(whole, images_of_epoch, 0, 3);
  CentralTrainer other(start, pooled_, config_, comm_);
  other.restore(whole.backbone().flat().detach().clone(), whole.optimiser_state());
  for (std::size_t i = 0; i < whole.classes().mine().size(); ++i) {
    other.classes().mine()[i].centres.copy_(whole.classes().mine()[i].centres.detach());
    other.classes().mine()[i].momentum.copy_(whole.classes().mine()[i].momentum);
  }
  train(whole, images_of_epoch, 3, 6);
  train(other, images_of_epoch, 3, 6);
  EXPECT_TRUE(at::equal(whole.backbone().flat(), other.backbone().flat()));
  EXPECT_TRUE(at::equal(centres(whole), centres(other)));

  NamedTensors lacking = whole.optimiser_state();
  lacking.erase("magnitudes.gradients");
  EXPECT_THROW(other.restore(whole.backbone().flat(), lacking), DataError);
}

TEST_F(CentralTraining, StopsBetweenTwoSteps) {
  const GlobalModel start = model("cnn");
  CentralTrainer trainer(start, pooled_, config_, comm_);
  trainer.classes().initialise(5);
  int asked = 0;
  const EpochImages images_of_epoch = epoch();
  const std::int64_t next = trainer.train({.epoch = images_of_epoch,
                                           .begin = 0,
                                           .end = 9,
                                           .rate = [](std::int64_t) { return 0.01; },
                                           .stop_requested = [&] { return ++asked == 4; },
                                           .after_step = {}});
  EXPECT_EQ(next, 4);
}

TEST_F(CentralTraining, SaysWhereItHasDiverged) {
  config_.sgd.clip_norm = 0;
  GlobalModel start = model("cnn");
  start.parameters()[0].fill_(std::nanf(""));
  CentralTrainer trainer(start, pooled_, config_, comm_);
  trainer.classes().initialise(5);
  const EpochImages images_of_epoch = epoch();
  try {
    train(trainer, images_of_epoch, 0, 2);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
    EXPECT_NE(std::string(error.what()).find("the embeddings, in step 1"), std::string::npos) << error.what();
  }
}

TEST_F(CentralTraining, AnEpochShowsEachImageOnce) {
  config_.shape = {.batch = 64, .micro_batches = 4};
  for (const bool keep : {true, false}) {
    config_.shape.keep_incomplete = keep;
    const EpochImages one = epoch(0);
    const EpochImages other = epoch(1);
    ASSERT_EQ(one.steps(), keep ? 10 : 9);
    std::vector<std::int64_t> seen;
    std::int64_t mirrored = 0;
    for (std::int64_t step = 0; step < one.steps(); ++step) {
      std::vector<std::int32_t> labels;
      for (std::int64_t m = 0; m < one.micro_batches_of(step); ++m) {
        for (const auto& item : one.items(step, m)) {
          seen.push_back(item.index);
          labels.push_back(item.label);
          mirrored += item.mirrored ? 1 : 0;
          EXPECT_EQ(item.label, pooled_.item(item.index).label);
        }
      }
      EXPECT_EQ(labels, one.labels(step));
    }
    EXPECT_EQ(std::ssize(seen), keep ? 600 : 576);
    std::ranges::sort(seen);
    EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
    EXPECT_NEAR(static_cast<double>(mirrored), static_cast<double>(seen.size()) / 2, 75);
    EXPECT_NE(one.labels(0), other.labels(0));
  }
  EXPECT_EQ(epoch().images_of(8), 64);
}

TEST_F(CentralTraining, PooledImagesAreNumberedOneSetAfterTheOther) {
  PooledImages pooled;
  const data::ImageSet all = set_->all();
  pooled.add({.images = all, .indices = {3, 5}, .first_label = 0}, identities);
  pooled.add({.images = all, .indices = {}, .first_label = 0}, identities);  // nothing of it
  pooled.add_all(all, identities);
  EXPECT_EQ(pooled.size(), 2 + all.size());
  EXPECT_EQ(pooled.classes(), 2 * identities);
  EXPECT_EQ(pooled.item(1).index, 5);
  EXPECT_EQ(pooled.item(1).label, all.labels()[5]);
  EXPECT_EQ(pooled.item(2).index, 0);
  EXPECT_EQ(pooled.item(2).source, 1);
  EXPECT_EQ(pooled.item(2).label, identities + all.labels()[0]);
}

}  // namespace
}  // namespace fedfr::fl
