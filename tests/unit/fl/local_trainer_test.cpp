#include "fedfr/fl/client/local_trainer.hpp"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "fedfr/fl/parts/dfc.hpp"
#include "fedfr/fl/parts/margin.hpp"
#include "fedfr/fl/server/aggregator.hpp"
#include "support/local_training.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class LocalTrainerTest : public testing::Test, protected test::LocalTraining {};

TEST_F(LocalTrainerTest, RepeatsToTheBitAndDependsOnRoundAndSeed) {
  const LocalResult a = train();
  const LocalResult b = train();
  EXPECT_TRUE(a.update.shared.equal(b.update.shared));
  EXPECT_TRUE(a.state.at("dfc").equal(b.state.at("dfc")));
  EXPECT_FALSE(a.update.shared.equal(train(1).update.shared));
  config_.seed = 5;
  EXPECT_FALSE(a.update.shared.equal(train().update.shared));
}

TEST_F(LocalTrainerTest, EmbeddingsInFilesGiveTheSameBits) {
  const LocalResult in_memory = train();
  memory_ = nn::FeatureMemory(0, folder_.path());
  const LocalResult in_files = train();
  EXPECT_GT(memory_.in_files(), 0);
  EXPECT_TRUE(in_files.update.shared.equal(in_memory.update.shared));
}

TEST_F(LocalTrainerTest, TheOrderOfTheClientsOfARoundDoesNotMatter) {
  const std::vector<double> rates = {0.01, 0.01};
  const auto round = [&](const std::vector<std::int64_t>& order) {
    LocalTrainer trainer(row_, config_, {*model_, &publics_}, memory_, graph_, alone_);
    Aggregator aggregator(model_->layout(), model_->shared(), {.weight = 1000});
    std::map<std::int64_t, at::Tensor> backbones;
    for (const auto id : order) {
      ClientData client = client_data(*clients_, ClientId{0}, 0);
      client.id = ClientId{id};
      const auto result = trainer.train(client, 0, rates, nullptr, {});
      aggregator.add(result.update);
      backbones[id] = result.state.at(kept::backbone);
    }
    comm::LocalCommunicator alone;
    return std::pair(aggregator.finish(alone).mean, backbones);
  };
  const auto [mean, backbones] = round({0, 1, 2});
  for (const auto& order : {std::vector<std::int64_t>{2, 1, 0}, {1, 2, 0}}) {
    const auto [other_mean, other_backbones] = round(order);
    EXPECT_EQ(other_mean, mean);
    for (const auto& [id, backbone] : backbones) EXPECT_TRUE(other_backbones.at(id).equal(backbone)) << id;
  }
  EXPECT_FALSE(backbones.at(0).equal(backbones.at(1))) << "the clients draw from streams of their own";
}

TEST_F(LocalTrainerTest, CountsLocalImagesAndHardNegatives) {
  const LocalResult result = train();
  EXPECT_EQ(result.statistics.local_images, 18);
  EXPECT_EQ(result.statistics.hard_negatives, 9);  // the cap: half as many as local images
  EXPECT_EQ(result.update.sample_weight, 27);
  EXPECT_EQ(result.statistics.steps, 2 * 7);  // the last, smaller batch of an epoch is kept
  EXPECT_EQ(result.statistics.images, 2 * 27);
  EXPECT_EQ(result.statistics.terms.size(), 3U);
}

TEST_F(LocalTrainerTest, TheContrastiveTermIsLnTwoOnlyBeforeTheFirstRound) {
  row_.terms[1].weight = 1e-9;
  const LocalResult first = train();
  EXPECT_NEAR(first.statistics.terms[2], std::log(2.0), 1e-6);
  const LocalResult second = train(1, &first.state);
  EXPECT_GT(std::abs(second.statistics.terms[2] - std::log(2.0)), 1e-5);
}

/// Mining, the look at the public set and the previous model each embed a part of the views. Where all models
/// are the same and none learns, both similarities of the contrastive term are those of an image with itself.
TEST_F(LocalTrainerTest, EveryViewIsComparedWithItself) {
  PrivateState state;
  state[kept::backbone] = model_->parameters().flat().clone();
  const std::vector<double> rates = {0, 0};
  LocalHooks hooks;
  int steps = 0;
  hooks.after_backward = [&](const StepView& step) {
    ++steps;
    EXPECT_NEAR(step.terms[2].item<double>(), std::log(2.0), 1e-4) << "step " << step.step;
  };
  LocalTrainer trainer(row_, config_, {*model_, &publics_}, memory_, graph_, alone_);
  trainer.train(client_data(*clients_, ClientId{0}, 0), 1, rates, &state, hooks);
  EXPECT_EQ(steps, 14);
}

TEST_F(LocalTrainerTest, StepsWithoutAutogradHaveItsBits) {
  const auto linear = std::shared_ptr(nn::Backbone::make(
      {.name = "linear", .embedding = 4, .height = image_size.height, .width_pixels = image_size.width}));
  model_ = std::make_unique<GlobalModel>(linear, 0, at::kCPU);
  model_->initialise(7);
  config_.margin.kind = nn::Margin::logits;
  config_.margin_weight = 0.7;
  row_ = {};
  add_dfc(row_, {.detach = true});  // a second term, which autograd takes, and which leaves the features
  const LocalResult by_autograd = train();
  row_ = {};
  const LocalResult directly = train();
  EXPECT_TRUE(directly.update.shared.equal(by_autograd.update.shared));
  EXPECT_EQ(directly.statistics.terms.at(0), by_autograd.statistics.terms.at(0));
}

TEST_F(LocalTrainerTest, AdaFaceGoesOnFromTheStatisticsThatTheClientKeeps) {
  row_ = {};
  config_.margin.kind = nn::Margin::adaface;
  add_margin_state(row_, config_.margin.kind);
  const LocalResult first = train();
  const at::Tensor kept = first.state.at(length_statistics);
  // Ten steps with a weight of 0.01: 0.9 of the start and 0.1 of much shorter embeddings.
  EXPECT_EQ(first.statistics.steps, 10);
  EXPECT_NEAR(kept[1].item<double>(), 100 * std::pow(0.99, 10), 1);
  const double second = train(1, &first.state).state.at(length_statistics)[1].item<double>();
  EXPECT_NEAR(second, 100 * std::pow(0.99, 20), 1);
  EXPECT_FALSE(first.update.sums.contains(length_statistics));
}

TEST_F(LocalTrainerTest, TheEmptyRowIsFederatedAveraging) {
  row_ = {};
  const LocalResult result = train();
  EXPECT_EQ(result.statistics.terms.size(), 1U);
  EXPECT_EQ(result.update.sample_weight, 18);
  EXPECT_FALSE(result.state.contains("dfc"));
}

TEST_F(LocalTrainerTest, PhasesTakeTurnsEachWithTheRatesFromTheFirst) {
  row_ = {};
  row_.phases = {{.epochs = 3, .trains = [](const std::string& name, Role) { return name == "classifier"; }},
                 {.epochs = 0, .trains = [](const std::string&, Role role) { return role == Role::shared; }}};
  std::vector<double> rates;
  LocalHooks hooks;
  hooks.after_backward = [&](const StepView& step) {
    if (rates.size() <= static_cast<std::size_t>(step.epoch)) rates.push_back(step.learning_rate);
    const bool first = step.epoch < 3;
    EXPECT_EQ(step.heads.classifier.grad().defined(), first);
    EXPECT_EQ(step.backbone[0].grad().defined(), !first);
  };
  const LocalResult result = train(0, nullptr, hooks);
  EXPECT_EQ(rates, (std::vector<double>{0.01, 0.005, 0.005, 0.01, 0.005}));
  EXPECT_EQ(result.statistics.steps, 5 * 5);
}

TEST_F(LocalTrainerTest, FrozenTensorsNeitherLearnNorLeave) {
  row_ = {};
  row_.roles.set("backbone.stem.*", Role::frozen);
  const auto network = std::shared_ptr(nn::Backbone::make({.name = "mobile",
                                                           .width = 0.25,
                                                           .embedding = 16,
                                                           .height = image_size.height,
                                                           .width_pixels = image_size.width}));
  model_ = std::make_unique<GlobalModel>(network, 4, at::kCPU, row_.roles);
  model_->initialise(7);
  const LocalResult result = train();
  EXPECT_EQ(result.update.shared.numel(), std::ssize(model_->shared()));
  nn::ParameterSet trained = network->make_parameters();
  trained.copy_from(result.state.at(kept::backbone));
  EXPECT_TRUE(trained.at("stem.weight").equal(model_->parameters().at("stem.weight")));
  EXPECT_FALSE(trained.flat().equal(model_->parameters().flat()));
}

TEST_F(LocalTrainerTest, WithoutPublicClassesTheirCentresStay) {
  row_.public_images.reset();
  config_.public_classes = false;
  const at::Tensor centres =
      train().update.shared.narrow(0, model_->parameters().size(), std::int64_t{4} * 16);
  EXPECT_TRUE(centres.equal(model_->public_centres().flatten()));
}

TEST_F(LocalTrainerTest, ABatchLargerThanTheDataIsAnErrorWhereItWouldMeanNoStep) {
  config_.batch = 64;
  EXPECT_EQ(train().statistics.steps, 2);  // kept as a smaller batch
  config_.keep_incomplete = false;
  EXPECT_THAT([&] { train(); },
              ThrowsMessage<UsageError>(testing::AllOf(HasSubstr("client 0"), HasSubstr("27 images"))));
  config_.allow_no_steps = true;  // as the released program
  const LocalResult idle = train();
  EXPECT_EQ(idle.statistics.steps, 0);
  EXPECT_TRUE(
      idle.update.shared.narrow(0, 0, model_->parameters().size()).equal(model_->parameters().flat()));
}

TEST_F(LocalTrainerTest, WhatIsNotFiniteFirstIsNamedWithClientAndStep) {
  row_ = {};
  config_.sgd.momentum = 0;
  const auto expect = [&](const std::string& tensor, const LocalHooks& hooks) {
    EXPECT_THAT([&] { train(1, nullptr, hooks); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("client 0 (client_a)"), HasSubstr("round 2"),
                                               HasSubstr("not finite is " + tensor))));
  };
  // What is spoiled where: the loss of the next step is no number, so that only a look back finds the first.
  const auto spoil = [](std::int64_t at, const auto& change) {
    LocalHooks hooks;
    hooks.after_backward = [at, change](const StepView& step) {
      if (step.step == at) change(step);
    };
    return hooks;
  };
  const double infinite = std::numeric_limits<double>::infinity();
  expect("the gradient of backbone.fc.weight, in step 4;", spoil(3, [&](const StepView& step) {
           step.backbone.at("fc.weight").grad().fill_(infinite);
           step.backbone[0].grad().fill_(infinite);
         }));
  expect("backbone.stem.weight, in step 3;", spoil(3, [&](const StepView& step) {
           const at::NoGradGuard no_grad;
           at::Tensor(step.backbone.at("stem.weight")).fill_(infinite);
         }));
  expect("the class centres, in step 9;", spoil(9, [&](const StepView& step) {
           const at::NoGradGuard no_grad;
           at::Tensor(step.heads.classifier).fill_(infinite);
         }));
  // Weights so large that the embeddings are not finite.
  model_->parameters().at("stem.weight").mul_(1e30);
  model_->parameters().at("fc.weight").mul_(1e30);
  expect("the embeddings, in step 1;", {});
}

TEST_F(LocalTrainerTest, AugmentationRepeatsToTheBitAndDiffersBetweenRoundsAndClients) {
  const auto shared = [&](int round) { return train(round).update.shared; };
  const at::Tensor plain = shared(0);
  config_.augmentation = {.crop = 0.5, .low_resolution = 0.5, .photometric = 0.5};
  const at::Tensor changed = shared(0);
  EXPECT_FALSE(changed.equal(plain));
  EXPECT_TRUE(changed.equal(shared(0)));
  EXPECT_FALSE(changed.equal(shared(1)));
}

TEST_F(LocalTrainerTest, FrozenModelsSeeImagesWithoutAugmentation) {
  const auto mined = [&] { return train().hard_negatives; };
  const auto plain = mined();
  config_.augmentation = {.crop = 1, .low_resolution = 1, .photometric = 1};
  EXPECT_EQ(mined(), plain);
}

TEST_F(LocalTrainerTest, StopsBetweenTwoSteps) {
  int asked = 0;
  LocalHooks hooks;
  hooks.stop_requested = [&] { return ++asked > 3; };
  EXPECT_THROW(train(0, nullptr, hooks), StopRequested);
  EXPECT_EQ(asked, 4);
}

TEST_F(LocalTrainerTest, AClientWithoutTrainingImagesIsNamed) {
  data::DatasetWriter writer(folder_ / "empty", {.role = data::Role::clients, .size = image_size});
  writer.begin_client("client_hollow", 0, {"nobody"});
  writer.finish();
  const data::Dataset dataset(folder_ / "empty");
  EXPECT_THAT([&] { client_data(dataset, ClientId{0}, 0); },
              ThrowsMessage<DataError>(HasSubstr("client_hollow")));
}

}  // namespace
}  // namespace fedfr::fl
