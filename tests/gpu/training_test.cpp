// Local training on a GPU: beside the processor's, and recorded steps beside steps done one kernel at a time.
#include <ATen/TensorOperators.h>

#include "gpu/gpu.hpp"
#include "support/local_training.hpp"
#include "support/tensors.hpp"

namespace fedfr::test {
namespace {

class Client : public LocalTraining {
 public:
  explicit Client(at::Device device, nn::Precision precision = nn::Precision::fp32)
      : LocalTraining(device, "sphere20") {
    config_.embed.precision = precision;
    config_.embed.format =
        precision == nn::Precision::bf16 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  }
};

using GpuTraining = OnGpu;
class GpuSteps : public OnGpu, public testing::WithParamInterface<nn::Precision> {};

double learnt(const fl::LocalResult& result, const fl::LocalResult& other) {
  return relative_error(result.update.shared, other.update.shared);
}

TEST_P(GpuSteps, RecordedStepsHaveTheBitsOfOthersAndRepeat) {
  Client client(gpu, GetParam());
  const fl::LocalResult recorded = client.train();
  const fl::LocalResult again = client.train();
  int steps = 0;
  fl::LocalHooks hooks;
  hooks.after_backward = [&](const fl::StepView&) { ++steps; };  // which keeps steps from being recorded
  const fl::LocalResult one_by_one = client.train(0, nullptr, hooks);
  EXPECT_EQ(steps, 14);
  EXPECT_TRUE(again.update.shared.equal(recorded.update.shared));
  EXPECT_TRUE(one_by_one.update.shared.equal(recorded.update.shared));
  EXPECT_TRUE(one_by_one.state.at("dfc").equal(recorded.state.at("dfc")));
  EXPECT_EQ(one_by_one.statistics.loss, recorded.statistics.loss);
  EXPECT_EQ(one_by_one.statistics.terms, recorded.statistics.terms);
}

/// A second client whose steps are recorded into the memory of the first one's.
TEST_F(GpuTraining, GoesOnFromAPreviousState) {
  Client here(at::kCPU);
  Client there(gpu);
  const fl::LocalResult first = there.train();
  const fl::LocalResult second = there.train(1, &first.state);
  const fl::LocalResult expected = here.train(1, &first.state);
  EXPECT_EQ(second.hard_negatives, expected.hard_negatives);
  EXPECT_LT(learnt(second, expected), 1e-3);
}

TEST_F(GpuTraining, LearnsWhatTheProcessorLearns) {
  const fl::LocalResult here = Client(at::kCPU).train();
  const fl::LocalResult there = Client(gpu).train();
  EXPECT_EQ(there.hard_negatives, here.hard_negatives);
  EXPECT_NEAR(there.statistics.loss, here.statistics.loss, 1e-3 * here.statistics.loss);
  EXPECT_LT(learnt(there, here), 1e-3);
  EXPECT_LT(relative_error(there.state.at("dfc"), here.state.at("dfc")), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(, GpuSteps, testing::Values(nn::Precision::fp32, nn::Precision::bf16));

}  // namespace
}  // namespace fedfr::test
