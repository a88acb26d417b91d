// Case n: momentum and weight decay against given gradients.
#include "fedfr/nn/sgd.hpp"

#include <gtest/gtest.h>

#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

TEST(GoldenN, SgdFollowsTheReference) {
  FEDFR_NEEDS_GOLDEN("n_sgd.h5");
  constexpr double tolerance = 1e-6;
  const test::GoldenFile file("n_sgd.h5");
  for (const auto& group : file.children(".")) {
    SCOPED_TRACE(group);
    at::Tensor parameter = test::leaf(test::tensor(file, group + "/parameter"));
    const at::Tensor gradients = test::tensor(file, group + "/gradients");
    const at::Tensor expected = test::tensor(file, group + "/after_step");
    const auto rates = file.doubles(group + "/step_lr");
    Sgd sgd({parameter},
            {.momentum = file.number(group, "momentum"), .weight_decay = file.number(group, "weight_decay")});
    for (std::size_t step = 0; step < rates.size(); ++step) {
      parameter.mutable_grad() = gradients[static_cast<std::int64_t>(step)].clone();
      sgd.set_learning_rate(rates[step]);
      sgd.step();
      EXPECT_LT(test::relative_error(parameter, expected[static_cast<std::int64_t>(step)]), tolerance)
          << step;
    }
    EXPECT_LT(test::relative_error(sgd.momentum_buffers()[0], test::tensor(file, group + "/momentum_buffer")),
              tolerance);
  }
}

}  // namespace
}  // namespace fedfr::nn
