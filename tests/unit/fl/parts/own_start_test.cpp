#include <gtest/gtest.h>

#include "fedfr/fl/parts/start.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

TEST(OwnStart, GoesOnFromTheClientsBackboneAndBeginsWithTheGlobalOne) {
  const at::Tensor global = test::formula_tensor(1, 0, 1, 0, {5});
  const at::Tensor own = test::formula_tensor(2, 0, 1, 0, {5});
  const Start start = own_start();
  EXPECT_TRUE(start({ClientId{0}, global, {}}).equal(global));
  EXPECT_TRUE(start({ClientId{0}, global, {{kept::backbone, own}}}).equal(own));
}

}  // namespace
}  // namespace fedfr::fl
