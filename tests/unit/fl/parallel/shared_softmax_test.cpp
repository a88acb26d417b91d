#include "fedfr/fl/parallel/shared_softmax.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fedfr/comm/local_communicator.hpp"

namespace fedfr::fl {
namespace {

constexpr std::int64_t dimension = 16;

nn::MarginConfig margin(nn::Margin kind) {
  nn::MarginConfig config;
  config.kind = kind;
  config.scale = 16;
  config.form = nn::AngleForm::guarded;
  return config;
}

ClassifiedBatch batch(std::int64_t images, std::int64_t classes, int number) {
  ClassifiedBatch batch{.features = at::randn({images, dimension}) * 3, .labels = {}, .norms = {}};
  for (std::int64_t i = 0; i < images; ++i)
    batch.labels.push_back(static_cast<std::int32_t>((i * 37 + number * 101) % classes));
  return batch;
}

std::vector<std::int32_t> labels_of(const std::vector<ClassifiedBatch>& batches) {
  std::vector<std::int32_t> labels;
  for (const auto& batch : batches) labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
  return labels;
}

struct Gradients {
  double loss;
  at::Tensor features;
  at::Tensor centres;
};

struct SharedSoftmaxes : testing::TestWithParam<nn::Margin> {
  SharedSoftmaxes() { at::manual_seed(3); }

  static at::Tensor centres(ClassSlices& slices) {
    std::vector<at::Tensor> parts;
    for (const auto& slice : slices.mine()) parts.push_back(slice.centres);
    return at::cat(parts);
  }

  /// By blocks.
  Gradients shared(ClassSlices& slices, const std::vector<ClassifiedBatch>& batches, bool at_once = true) {
    SharedSoftmax softmax(slices, margin(GetParam()), 1);
    softmax.begin(labels_of(batches), {}, 1.0 / static_cast<double>(labels_of(batches).size()));
    std::vector<at::Tensor> of_features;
    if (at_once) {
      of_features = softmax.gradients(batches, comm);
    } else {
      for (const auto& batch : batches) of_features.push_back(softmax.gradients({&batch, 1}, comm)[0]);
    }
    softmax.finish();
    const at::Tensor before = centres(slices);
    softmax.update({.momentum = 0, .weight_decay = 0}, /*rate=*/1, /*factor=*/1);
    return {softmax.loss(), at::cat(of_features), before - centres(slices)};
  }

  comm::LocalCommunicator comm;
};

TEST_P(SharedSoftmaxes, AreTheWholeOne) {
  constexpr std::int64_t classes = 700;
  ClassSlices slices(classes, dimension, 0, 1, at::kCPU);
  ASSERT_GT(slices.blocks().size(), 3U);
  slices.initialise(5);
  std::vector<ClassifiedBatch> batches{batch(8, classes, 0), batch(8, classes, 1), batch(3, classes, 2)};
  if (GetParam() == nn::Margin::adaface)
    for (auto& one : batches) one.norms = at::tensor(nn::first_norm_statistics);

  std::vector<at::Tensor> all_features;
  at::Tensor whole = centres(slices).clone().set_requires_grad(true);
  at::Tensor loss = at::zeros({});
  std::vector<at::Tensor> leaves;
  double images = 0;
  for (const auto& one : batches) images += static_cast<double>(one.labels.size());
  for (const auto& one : batches) {
    leaves.push_back(one.features.clone().set_requires_grad(true));
    std::vector<std::int64_t> labels(one.labels.begin(), one.labels.end());
    const at::Tensor norms = one.norms.defined() ? one.norms.clone() : at::Tensor();
    loss =
        loss + nn::margin_softmax_loss(leaves.back(), whole, at::tensor(at::ArrayRef<std::int64_t>(labels)),
                                       margin(GetParam()), norms) *
                   (static_cast<double>(labels.size()) / images);
  }
  loss.backward();
  std::vector<at::Tensor> expected;
  for (const auto& leaf : leaves) expected.push_back(leaf.grad());

  const auto found = shared(slices, batches);
  EXPECT_NEAR(found.loss, loss.item<double>(), 1e-5 * loss.item<double>());
  EXPECT_TRUE(at::allclose(found.features, at::cat(expected), 1e-4, 1e-6));
  EXPECT_TRUE(at::allclose(found.centres, whole.grad(), 1e-4, 1e-6));
}

TEST_P(SharedSoftmaxes, DoNotDependOnWhatComesTogether) {
  constexpr std::int64_t classes = 300;
  std::vector<ClassifiedBatch> batches{batch(8, classes, 0), batch(8, classes, 1), batch(8, classes, 2)};
  if (GetParam() == nn::Margin::adaface)
    for (auto& one : batches) one.norms = at::tensor(nn::first_norm_statistics);
  ClassSlices one(classes, dimension, 0, 1, at::kCPU);
  ClassSlices other(classes, dimension, 0, 1, at::kCPU);
  one.initialise(5);
  other.initialise(5);
  const auto together = shared(one, batches, true);
  const auto alone = shared(other, batches, false);
  EXPECT_EQ(together.loss, alone.loss);
  EXPECT_TRUE(at::equal(together.features, alone.features));
  EXPECT_TRUE(at::equal(together.centres, alone.centres));
}

INSTANTIATE_TEST_SUITE_P(, SharedSoftmaxes,
                         testing::Values(nn::Margin::none, nn::Margin::cosface, nn::Margin::arcface,
                                         nn::Margin::combined, nn::Margin::adaface, nn::Margin::magface));

TEST(ClassBlocks, CoverTheClasses) {
  for (const std::int64_t classes : {1, 100, 451, 8191, 8192, 93'431, 1'000'000}) {
    std::int64_t end = 0;
    for (const auto& block : class_blocks(classes)) {
      EXPECT_EQ(block.begin, end);
      EXPECT_GT(block.size, 0);
      end += block.size;
    }
    EXPECT_EQ(end, classes);
  }
  EXPECT_EQ(class_blocks(1'000'000).size(), 64U);
}

TEST(ClassBlocks, EachHasOneRank) {
  for (const int ranks : {1, 2, 3, 4, 8, 100}) {
    std::vector<int> owners(64, 0);
    for (int rank = 0; rank < ranks; ++rank) {
      const auto [first, end] = blocks_of_rank(64, rank, ranks);
      for (auto b = first; b < end; ++b) ++owners[b];
    }
    EXPECT_EQ(owners, std::vector<int>(64, 1)) << ranks;
  }
}

TEST(ChosenClasses, AreThoseOfTheImagesAndOthers) {
  const ClassBlock block{.begin = 100, .size = 50};
  const std::vector<std::int32_t> labels{3, 149, 100, 149, 120, 150};
  std::set<std::vector<std::int64_t>> seen;
  for (std::uint64_t step = 0; step < 20; ++step) {
    const auto chosen = chosen_classes(
        block, labels, {.seed = 1, .purpose = Purpose::class_sample, .round = step, .client = 0, .epoch = 0},
        0.2);
    EXPECT_EQ(chosen.size(), 10U);
    EXPECT_TRUE(std::ranges::is_sorted(chosen));
    EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), 10U);
    EXPECT_TRUE(std::ranges::all_of(chosen, [](std::int64_t c) { return c >= 0 && c < 50; }));
    for (const std::int64_t own : {0, 20, 49}) EXPECT_TRUE(std::ranges::binary_search(chosen, own));
    seen.insert(chosen);
  }
  EXPECT_GT(seen.size(), 15U);
  EXPECT_EQ(chosen_classes(block, labels, {}, 0.01), (std::vector<std::int64_t>{0, 20, 49}))
      << "all of the images' classes, also where they are more than the share";
}

TEST(ClassSlices, MoveOnlyTheRowsOfAStep) {
  ClassSlices slices(10, dimension, 0, 1, at::kCPU);
  slices.initialise(1);
  auto& slice = slices.mine()[0];
  const at::Tensor before = slice.centres.clone();
  const at::Tensor gradient = at::randn({2, dimension});
  const at::Tensor rows = at::tensor(at::ArrayRef<std::int64_t>({3, 7}));
  for (int step = 0; step < 2; ++step)
    ClassSlices::update(slice, rows, gradient, {.momentum = 0.5, .weight_decay = 0}, 0.1);
  // v: g, then 1.5 g
  EXPECT_TRUE(at::allclose(slice.centres[3], before[3] - 0.25 * gradient[0]));
  EXPECT_TRUE(at::equal(slice.centres[4], before[4]));
  EXPECT_TRUE(at::equal(slice.momentum[4], at::zeros_like(slice.momentum[4])));
}

}  // namespace
}  // namespace fedfr::fl
