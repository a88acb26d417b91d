#include "fedfr/nn/tensor_file.hpp"

#include <ATen/ops/arange.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
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

/// What the file holds, with the data and the header's entries in the order of the names, and more metadata:
/// what other programs make of it.
std::string saved_anew(const std::string& whole) {
  const std::size_t length =
      static_cast<unsigned char>(whole[0]) + 256U * static_cast<unsigned char>(whole[1]);
  const auto header = nlohmann::json::parse(whole.substr(8, length));  // sorts by name
  nlohmann::json turned;
  std::string data;
  for (auto entry = header.rbegin(); entry != header.rend(); ++entry) {
    turned[entry.key()] = entry.value();
    if (entry.key() == "__metadata__") continue;
    const auto extent = entry.value().at("data_offsets").get<std::vector<std::size_t>>();
    const std::size_t begin = data.size();
    data += whole.substr(8 + length + extent[0], extent[1] - extent[0]);
    turned[entry.key()]["data_offsets"] = {begin, data.size()};
  }
  turned["__metadata__"]["note"] = "mine";
  const std::string text = turned.dump(2);
  return std::string{
             static_cast<char>(text.size() % 256), static_cast<char>(text.size() / 256), 0, 0, 0, 0, 0, 0} +
         text + data;
}

TEST(TensorFile, AnotherProgramMaySaveItAnew) {
  const test::TempFolder folder;
  const auto path = folder / "x.safetensors";
  save(path, example());
  const std::string anew = saved_anew(read_text(path));
  ASSERT_NE(anew.substr(anew.size() - 32), read_text(path).substr(read_text(path).size() - 32))
      << "same order";
  replace_file(path, anew);
  const TensorFile back = load(path);
  EXPECT_TRUE(back.at("a").equal(example().at("a")));
  EXPECT_TRUE(back.at("b").equal(example().at("b")));
  EXPECT_EQ(back.text("note"), "mine");
  for (std::size_t at = anew.size() - example().at("a").nbytes() - 32; at < anew.size(); ++at) {
    std::string damaged = anew;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    replace_file(path, damaged);
    EXPECT_THAT([&] { load(path); }, ThrowsMessage<DataError>(HasSubstr("checksum")));
  }
}

/// As fedfr wrote it before the checksum was one by name: that of the data as they lie.
TEST(TensorFile, FilesOfOlderVersionsAreReadAndChecked) {
  const test::TempFolder folder;
  const auto path = folder / "x.safetensors";
  const std::string header = R"({"b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},)"
                             R"("a":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},)"
                             R"("__metadata__":{"crc32c":")";
  const std::string hello = "hello";
  const auto checksum = std::to_string(crc32c(std::as_bytes(std::span(hello))));
  const auto write = [&](const std::string& data) {
    const std::string all = header + checksum + "\"}}";
    replace_file(path, std::string{static_cast<char>(all.size()), 0, 0, 0, 0, 0, 0, 0} + all + data);
  };
  write("hello");
  EXPECT_EQ(load(path).at("a").numel(), 2);
  EXPECT_FALSE(load(path).metadata.contains("crc32c"));
  write("hallo");
  EXPECT_THAT([&] { load(path); }, ThrowsMessage<DataError>(HasSubstr("checksum differs")));
}

TEST(TensorFile, AHeaderThatAsksForTerabytesAllocatesNothing) {
  const test::TempFolder folder;
  const auto path = folder / "x.safetensors";
  const std::string header =
      R"({"a":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4000000000000]}})";
  replace_file(path, std::string{static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0} + header + "data");
  EXPECT_THAT([&] { load(path); }, ThrowsMessage<DataError>(HasSubstr("truncated")));
  EXPECT_THAT([&] { load_metadata(path); }, ThrowsMessage<DataError>(HasSubstr(path.string())));
}

TEST(TensorFile, APartBeyondTheEndOfItsFileIsRefused) {
  const test::TempFolder folder;
  const auto path = folder / "x.safetensors";
  save(path, example());
  const FileDescriptor file = open_for_reading(path);
  for (const Extent extent : {Extent{0, std::int64_t{1} << 62, 0}, Extent{std::int64_t{1} << 62, 16, 0},
                              Extent{-8, 16, 0}, Extent{0, -1, 0}})
    EXPECT_THROW(load_at(file, path, extent), DataError);
}

TEST(TensorFile, ForeignFilesAreRefusedByName) {
  const test::TempFolder folder;
  EXPECT_THAT([&] { load(folder / "missing"); }, ThrowsMessage<DataError>(HasSubstr("missing")));
  EXPECT_THAT([&] { load(folder / "."); }, ThrowsMessage<DataError>(HasSubstr("regular file")));
  replace_file(folder / "text", std::string_view("this is certainly not a weights file"));
  EXPECT_THAT([&] { load(folder / "text"); }, ThrowsMessage<DataError>(HasSubstr("safetensors")));
}

}  // namespace
}  // namespace fedfr::nn
