#include "fedfr/nn/feature_memory.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "fedfr/core/error.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::nn {
namespace {

constexpr std::int64_t table_bytes = 10 * 8 * 4;

TEST(FeatureMemory, IsMemoryUpToItsLimitAndFilesBeyond) {
  const test::TempFolder folder;
  FeatureMemory memory(2 * table_bytes, folder.path());
  const at::Tensor first = memory.table(10, 8);
  std::optional<at::Tensor> second = memory.table(10, 8);
  EXPECT_EQ(memory.in_memory(), 2 * table_bytes);
  EXPECT_EQ(memory.in_files(), 0);
  const at::Tensor third = memory.table(10, 8);
  EXPECT_EQ(memory.in_memory(), 2 * table_bytes);
  EXPECT_EQ(memory.in_files(), table_bytes);
  second.reset();
  const at::Tensor fourth = memory.table(10, 8);
  EXPECT_EQ(memory.in_memory(), 2 * table_bytes);
  EXPECT_EQ(memory.in_files(), table_bytes) << "room that was given back is used again";
}

TEST(FeatureMemory, AFileHoldsWhatIsWrittenAndHasNoName) {
  const test::TempFolder folder;
  std::optional<FeatureMemory> memory(std::in_place, 0, folder.path());
  at::Tensor table = memory->table(10, 8);
  const at::Tensor values = at::arange(80, at::kFloat).view({10, 8});
  table.copy_(values);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  memory.reset();
  EXPECT_TRUE(table.equal(values)) << "a table outlives what made it";
}

TEST(FeatureMemory, NoRoomIsAnErrorThatSaysWhatToDo) {
  const test::TempFolder folder;
  FeatureMemory missing(0, folder / "missing");
  EXPECT_THAT([&] { missing.table(10, 8); },
              testing::ThrowsMessage<DataError>(
                  testing::AllOf(testing::HasSubstr("missing"), testing::HasSubstr("--scratch"))));
  FeatureMemory full(0, folder.path());
  EXPECT_THROW(full.table(std::int64_t{1} << 40, 512), DataError) << "two petabytes";
}

TEST(FeatureMemory, TakesNoRows) {
  FeatureMemory memory(0);
  EXPECT_EQ(memory.table(0, 8).size(0), 0);
}

}  // namespace
}  // namespace fedfr::nn
