#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/nn/weights/weights.hpp"
#include "support/temp_folder.hpp"
#include "torch_files.hpp"

namespace fedfr::nn {
namespace {

using test::legacy_file;
using test::pickled;
using test::raw;
using test::TensorOfFile;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::string six = raw<float>({0, 1, 2, 3, 4, 5});

class ReadWeights : public testing::Test {
 protected:
  /// Of both formats.
  std::vector<Weights> read_both(const std::string& value, const test::Storages& storages) {
    test::write_file(folder_ / "old.pth", legacy_file(value, storages));
    test::write_zip(folder_ / "new.pt", test::zip_members(value, storages));
    return {read_weights(folder_ / "old.pth"), read_weights(folder_ / "new.pt")};
  }
  Weights read(const std::string& content) {
    test::write_file(folder_ / "weights", content);
    return read_weights(folder_ / "weights");
  }
  void expect_refused(const TensorOfFile& tensor, const std::string& why,
                      const test::Storages& storages = {{"0", six}}) {
    const auto value = pickled({{"evil", pickled(tensor)}});
    test::write_file(folder_ / "old.pth", legacy_file(value, storages));
    test::write_zip(folder_ / "new.pt", test::zip_members(value, storages));
    for (const char* name : {"old.pth", "new.pt"})
      EXPECT_THAT([&] { read_weights(folder_ / name); },
                  ThrowsMessage<DataError>(AllOf(HasSubstr(name), HasSubstr(why))))
          << why;
  }

  test::TempFolder folder_;
};

std::vector<float> values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kFloat).contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

TEST_F(ReadWeights, ViewsAreWhatTheyShow) {
  const auto value = pickled({{"whole", pickled(TensorOfFile{0, {2, 3}, {3, 1}, 6})},
                              {"transposed", pickled(TensorOfFile{0, {3, 2}, {1, 3}, 6})},
                              {"every_other", pickled(TensorOfFile{1, {3}, {2}, 6})},
                              {"repeated", pickled(TensorOfFile{4, {2, 2}, {0, 1}, 6})},
                              {"number", pickled(TensorOfFile{5, {}, {}, 6})},
                              {"none", pickled(TensorOfFile{6, {0, 4}, {4, 1}, 6})}});
  for (const Weights& weights : read_both(value, {{"0", six}})) {
    const TensorFile& file = weights.content;
    EXPECT_THAT(values(file.at("whole")), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(values(file.at("transposed")), ElementsAre(0, 3, 1, 4, 2, 5));
    EXPECT_THAT(values(file.at("every_other")), ElementsAre(1, 3, 5));
    EXPECT_THAT(values(file.at("repeated")), ElementsAre(4, 5, 4, 5));
    EXPECT_THAT(values(file.at("number")), ElementsAre(5));
    EXPECT_EQ(file.at("none").sizes(), at::IntArrayRef({0, 4}));
    at::Tensor(file.at("whole")).fill_(9);
    EXPECT_THAT(values(file.at("number")), ElementsAre(5)) << "tensors share nothing";
  }
}

TEST_F(ReadWeights, CheckpointsOfTrainingAreSearched) {
  const std::string tensor = pickled(TensorOfFile{0, {6}, {1}, 6});
  const auto value =
      pickled({{"epoch", "K\x03"},
               {"state_dict", pickled({{"module.fc.weight", tensor}}) + pickled({{"_metadata", "N"}}) + "b"},
               {"optimizer", "}K\x01" + tensor + "s"},
               {"settings", "cargparse\nNamespace\n)\x81" + pickled({{"lr", "K\x01"}}) + "b"},
               {"list", "](" + tensor + "e"}});
  for (const Weights& weights : read_both(value, {{"0", six}})) {
    std::vector<std::string> names;
    for (const auto& entry : weights.content.tensors) names.push_back(entry.first);
    EXPECT_THAT(names, ElementsAre("state_dict.module.fc.weight", "optimizer.1", "list.0"));
    EXPECT_THAT(weights.left_out, ElementsAre("epoch (an integer)", "settings (an object)"));
  }
}

TEST_F(ReadWeights, ParametersAndTensorsWithAttributes) {
  const std::string tensor = pickled(TensorOfFile{0, {6}, {1}, 6});
  const std::string bytes_of_24 =
      test::storage_reference({.shape = {}, .strides = {}, .values = 24, .storage = "UntypedStorage"});
  const auto value = pickled(
      {{"parameter",
        "ctorch._utils\n_rebuild_parameter\n(" + tensor + "\x88" + "ccollections\nOrderedDict\n)RtR"},
       {"with_attributes",
        "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch.nn.parameter\n"
        "Parameter\n(" +
            test::storage_reference({.shape = {}, .strides = {}, .values = 6}) + pickled(std::int64_t{0}) +
            pickled(std::vector<std::int64_t>{6}) + pickled(std::vector<std::int64_t>{1}) + "\x88}t}tR"}});
  for (const Weights& weights : read_both(value, {{"0", six}})) {
    EXPECT_THAT(values(weights.content.at("parameter")), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(values(weights.content.at("with_attributes")), ElementsAre(0, 1, 2, 3, 4, 5));
  }
  // Of a storage of bytes, with the type beside it.
  const auto untyped = "ctorch._utils\n_rebuild_tensor_v3\n(" + bytes_of_24 + pickled(std::int64_t{1}) +
                       pickled(std::vector<std::int64_t>{2}) + pickled(std::vector<std::int64_t>{2}) +
                       "\x89}ctorch\nfloat32\ntR";
  test::write_zip(folder_ / "new.pt", test::zip_members(untyped, {{"0", six}}));
  EXPECT_THAT(values(read_weights(folder_ / "new.pt").content.at("tensor")), ElementsAre(1, 3));
}

TEST_F(ReadWeights, TypesOfAllKinds) {
  const auto one = [&](const char* storage, const std::string& bytes, std::size_t size) {
    const auto count = static_cast<std::int64_t>(bytes.size() / size);
    const auto value = pickled(TensorOfFile{0, {count}, {1}, count, "0", storage});
    return values(read(legacy_file(value, {{"0", bytes}}, size)).content.at("tensor"));
  };
  EXPECT_THAT(one("DoubleStorage", raw<double>({1.5, -2}), 8), ElementsAre(1.5F, -2));
  EXPECT_THAT(one("HalfStorage", raw<std::uint16_t>({0x3e00, 0xc000}), 2), ElementsAre(1.5F, -2));
  EXPECT_THAT(one("BFloat16Storage", raw<std::uint16_t>({0x3fc0, 0xc000}), 2), ElementsAre(1.5F, -2));
  EXPECT_THAT(one("LongStorage", raw<std::int64_t>({7, -7}), 8), ElementsAre(7, -7));
  EXPECT_THAT(one("IntStorage", raw<std::int32_t>({7, -7}), 4), ElementsAre(7, -7));
  EXPECT_THAT(one("ShortStorage", raw<std::int16_t>({7, -7}), 2), ElementsAre(7, -7));
  EXPECT_THAT(one("CharStorage", raw<std::int8_t>({7, -7}), 1), ElementsAre(7, -7));
  EXPECT_THAT(one("ByteStorage", raw<std::uint8_t>({7, 200}), 1), ElementsAre(7, 200));
  EXPECT_THAT(one("BoolStorage", raw<std::uint8_t>({0, 1, 7}), 1), ElementsAre(0, 1, 1));
}

TEST_F(ReadWeights, SafetensorsOfOthers) {
  const auto file = [](const std::string& header, const std::string& data) {
    return raw({static_cast<std::uint64_t>(header.size())}) + header + data;
  };
  const Weights weights = read(file(
      R"({"half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},)"
      R"("flag":{"dtype":"BOOL","shape":[2],"data_offsets":[6,8]},"d":{"dtype":"F64","shape":[],"data_offsets":[8,16]},)"
      R"("__metadata__":{"format":"pt"}})",
      raw<std::uint16_t>({0x3e00, 0xc000, 0x3fc0}) + raw<std::uint8_t>({0, 9}) + raw<double>({0.25})));
  EXPECT_EQ(weights.format, "safetensors");
  EXPECT_EQ(weights.content.text("format"), "pt");
  EXPECT_EQ(weights.content.at("half").scalar_type(), at::kHalf);
  EXPECT_THAT(values(weights.content.at("half")), ElementsAre(1.5F, -2));
  EXPECT_THAT(values(weights.content.at("b")), ElementsAre(1.5F));
  EXPECT_THAT(values(weights.content.at("flag")), ElementsAre(0, 1));
  EXPECT_THAT(values(weights.content.at("d")), ElementsAre(0.25F));
  // fedfr's own readers take none of these.
  EXPECT_THAT([&] { load(folder_ / "weights"); },
              ThrowsMessage<DataError>(HasSubstr("which fedfr does not read")));
}

TEST_F(ReadWeights, HostilePlacesAreRefused) {
  constexpr std::int64_t huge = std::int64_t{1} << 62;
  expect_refused({5, {2}, {1}, 6}, "beyond its storage");
  expect_refused({7, {0}, {1}, 6}, "beyond its storage");
  expect_refused({-1, {2}, {1}, 6}, "beyond its storage");
  expect_refused({0, {-2}, {1}, 6}, "beyond its storage");
  expect_refused({5, {2}, {-1}, 6}, "beyond its storage");
  expect_refused({0, {3, 3}, {huge, huge}, 6}, "beyond its storage");
  expect_refused({1, {huge, huge}, {1, 1}, 6}, "beyond its storage");
  expect_refused({0, {huge, huge, 0}, {0, 0, 1}, 6}, "beyond its storage");
  expect_refused({0, {1000000}, {0}, 6}, "as large as the file");
  expect_refused({0, {huge / 8}, {0}, 6}, "as large as the file");
  expect_refused({0, {2}, {1, 1}, 6}, "dimensions");
  expect_refused({0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1), 6}, "dimensions");
  expect_refused({0, {2}, {1}, 7}, "storage '0'");
  expect_refused({0, {2}, {1}, 5}, "storage '0'");
  expect_refused({0, {2}, {1}, -1}, "has -1 values");
  expect_refused({0, {2}, {1}, huge}, "storage '0'");
  expect_refused({0, {2}, {1}, 6, "1"}, "storage '");
  expect_refused({0, {2}, {1}, 6, "0", "DoubleStorage"}, "storage '0'");
}

TEST_F(ReadWeights, ManyViewsDoNotBlowUp) {
  std::vector<std::pair<std::string, std::string>> views;
  const std::string storage(std::size_t{1} << 16U, '\0');
  for (int i = 0; i < 300; ++i)
    views.emplace_back(std::to_string(i), pickled(TensorOfFile{0, {1 << 14}, {1}, 1 << 14}));
  EXPECT_THAT(
      [&] {
        read(legacy_file(pickled(views), {{"0", storage}}));
      },
      ThrowsMessage<DataError>(HasSubstr("as large as the file")));
}

TEST_F(ReadWeights, NothingRuns) {
  const std::string evil = "cos\nsystem\n(" + pickled("true") + "tR";
  EXPECT_THAT(
      [&] { read(legacy_file(evil, {})); },
      ThrowsMessage<DataError>(AllOf(HasSubstr("weights"), HasSubstr("'os.system'"), HasSubstr("byte "))));
  test::write_zip(folder_ / "new.pt", test::zip_members(pickled({{"a", evil}}), {}));
  EXPECT_THAT([&] { read_weights(folder_ / "new.pt"); }, ThrowsMessage<DataError>(HasSubstr("'os.system'")));
  // A whole model instead of its state dict.
  EXPECT_THAT(
      [&] { read(legacy_file("cbackbones.iresnet\nIResNet\n)\x81}b", {})); },
      ThrowsMessage<DataError>(AllOf(HasSubstr("backbones.iresnet.IResNet"), HasSubstr("state_dict()"))));
  EXPECT_THROW(read(legacy_file("cbuiltins\neval\n(" + pickled("1") + "tR", {})), DataError);
}

TEST_F(ReadWeights, OtherFilesAreNamed) {
  const std::map<std::string, std::string> files{{"", "no format"},
                                                 {"hello", "no format"},
                                                 {"\x89HDF\r\n\x1a\n", "HDF5"},
                                                 {"\x08\x07\x12\x05torch", "ONNX"},
                                                 {std::string("\x12\x01\0\0", 4), "MXNet"}};
  for (const auto& file : files)
    EXPECT_THAT([&] { read(file.first); }, ThrowsMessage<DataError>(HasSubstr(file.second)));
  EXPECT_THROW(read_weights(folder_ / "missing"), AccessError);
  test::write_zip(folder_ / "a.zip", {{"a/b.txt", "x"}});
  EXPECT_THAT([&] { read_weights(folder_ / "a.zip"); }, ThrowsMessage<DataError>(HasSubstr("data.pkl")));
  test::write_zip(folder_ / "s.ts", {{"a/data.pkl", "\x80\x02}."}, {"a/constants.pkl", "\x80\x02)."}});
  EXPECT_THAT([&] { read_weights(folder_ / "s.ts"); }, ThrowsMessage<DataError>(HasSubstr("TorchScript")));
  test::write_zip(folder_ / "big.pt", {{"a/data.pkl", "\x80\x02}."}, {"a/byteorder", "big"}});
  EXPECT_THAT([&] { read_weights(folder_ / "big.pt"); }, ThrowsMessage<DataError>(HasSubstr("highest byte")));
  EXPECT_THAT(
      [&] {
        read(legacy_file("}", {}));
        EXPECT_TRUE(read_weights(folder_ / "weights").content.tensors.empty());
        throw DataError("none");
      },
      ThrowsMessage<DataError>(HasSubstr("none")));
}

TEST_F(ReadWeights, PackedFilesAreReadAndBombsAreNot) {
  const auto value = pickled({{"a", pickled(TensorOfFile{0, {6}, {1}, 6})}});
  test::write_zip(folder_ / "packed.pt", test::zip_members(value, {{"0", six}}), "deflate");
  EXPECT_THAT(values(read_weights(folder_ / "packed.pt").content.at("a")), ElementsAre(0, 1, 2, 3, 4, 5));
  test::write_zip(folder_ / "bomb.pt", test::zip_members(value, {{"0", std::string(10'000'000, '\0')}}),
                  "deflate");
  EXPECT_THAT([&] { read_weights(folder_ / "bomb.pt"); },
              ThrowsMessage<DataError>(HasSubstr("many times as large")));
  test::Members twice = test::zip_members(value, {{"0", six}});
  twice.push_back(twice.front());
  test::write_zip(folder_ / "twice.pt", twice);
  EXPECT_THAT([&] { read_weights(folder_ / "twice.pt"); },
              ThrowsMessage<DataError>(HasSubstr("two files named")));
}

TEST_F(ReadWeights, NoDamageIsMoreThanAnError) {
  const auto value = pickled({{"a", pickled(TensorOfFile{0, {2, 3}, {3, 1}, 6})}});
  const std::string right = legacy_file(value, {{"0", six}});
  for (std::size_t length = 0; length < right.size(); ++length)
    EXPECT_THROW(read(right.substr(0, length)), DataError) << length;
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (const char change : {'\x01', '\x80', '\xff'}) {
      std::string damaged = right;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      try {
        read(damaged);
      } catch (const DataError&) {
      }
    }
  }
}

}  // namespace
}  // namespace fedfr::nn
