#include "fedfr/nn/tensor_file.hpp"

#include <ATen/ops/arange.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "support/temp_folder.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TensorFile example() {
  TensorFile file;
  file.tensors = {{"a", test::formula_tensor(1, 0, 1, 0, {3, 5})}, {"b", at::arange(4, at::kLong)}};
  file.metadata = {{"kind", "example"}};
  return file;
}

TEST(TensorFile, RoundTrip) {
  const test::TempFolder folder;
  save(folder / "x.safetensors", example());
  const TensorFile back = load(folder / "x.safetensors");
  EXPECT_TRUE(back.at("a").equal(example().at("a")));
  EXPECT_TRUE(back.at("b").equal(example().at("b")));
  EXPECT_EQ(back.text("kind"), "example");
  EXPECT_EQ(load_metadata(folder / "x.safetensors").at("kind"), "example");
}

TEST(TensorFile, EveryTruncationIsFound) {
  const test::TempFolder folder;
  const auto path = folder / "x.safetensors";
  save(path, example());
  const std::string whole = read_text(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    replace_file(path, std::string_view(whole).substr(0, size));
    EXPECT_THROW(load(path), DataError) << size;
  }
}

TEST(TensorFile, EveryFlippedDataByteIsFound) {
  const test::TempFolder folder;
  const auto path = folder / "x.safetensors";
  save(path, example());
  const std::string whole = read_text(path);
  for (std::size_t at = whole.size() - example().at("a").nbytes(); at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    replace_file(path, damaged);
    EXPECT_THAT([&] { load(path); }, ThrowsMessage<DataError>(HasSubstr(path.string())));
  }
}

TEST(TensorFile, ForeignFilesAreRefusedByName) {
  const test::TempFolder folder;
  EXPECT_THAT([&] { load(folder / "missing"); }, ThrowsMessage<DataError>(HasSubstr("missing")));
  replace_file(folder / "text", std::string_view("this is certainly not a weights file"));
  EXPECT_THAT([&] { load(folder / "text"); }, ThrowsMessage<DataError>(HasSubstr("safetensors")));
}

}  // namespace
}  // namespace fedfr::nn
