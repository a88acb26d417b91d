// Tables of images as others write them, written here by Arrow itself.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <limits>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "import_test.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;
using Column = std::shared_ptr<arrow::Array>;

/// A column of what the builder builds; nothing for a row without a value.
template <class Builder, class Value>
Column column(const std::vector<std::optional<Value>>& values) {
  Builder builder;
  for (const auto& value : values) EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  return builder.Finish().ValueOrDie();
}
template <class Builder>
Column numbers(const std::vector<std::optional<int>>& values) {
  std::vector<std::optional<typename Builder::value_type>> as;
  as.reserve(values.size());
  for (const auto& value : values)
    as.push_back(value ? std::optional(static_cast<typename Builder::value_type>(*value)) : std::nullopt);
  return column<Builder>(as);
}
using Texts = std::vector<std::optional<std::string>>;
Column texts(const Texts& values) { return column<arrow::StringBuilder>(values); }
Column bytes(const Texts& values) { return column<arrow::BinaryBuilder>(values); }
/// As Hugging Face's datasets have images.
Column images(const Texts& content, const Texts& paths) {
  return arrow::StructArray::Make({bytes(content), texts(paths)}, std::vector<std::string>{"bytes", "path"})
      .ValueOrDie();
}
Column coded(const Column& values, const std::vector<std::optional<int>>& codes) {
  const auto indices = numbers<arrow::Int32Builder>(codes);
  return arrow::DictionaryArray::FromArrays(arrow::dictionary(arrow::int32(), values->type()), indices,
                                            values)
      .ValueOrDie();
}

struct Written {
  std::int64_t rows_of_group = 1000;
  arrow::Compression::type compression = arrow::Compression::SNAPPY;
  std::string metadata{};
  parquet::ParquetDataPageVersion pages = parquet::ParquetDataPageVersion::V1;
};

class ParquetImport : public ImportTest {
 protected:
  fs::path put(const std::string& name, const std::vector<std::pair<std::string, Column>>& columns,
               const Written& how = {}) const {
    arrow::FieldVector fields;
    arrow::ArrayVector values;
    for (const auto& [title, content] : columns) {
      fields.push_back(arrow::field(title, content->type()));
      values.push_back(content);
    }
    auto schema = arrow::schema(fields);
    if (!how.metadata.empty())
      schema = schema->WithMetadata(arrow::key_value_metadata({"huggingface"}, {how.metadata}));
    auto path = folder_ / name;
    make_folder(path.parent_path());
    const auto out = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
    const auto properties = parquet::WriterProperties::Builder()
                                .compression(how.compression)
                                ->data_page_version(how.pages)
                                ->enable_page_checksum()
                                ->build();
    const auto arrows = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    EXPECT_TRUE(parquet::arrow::WriteTable(*arrow::Table::Make(schema, values), arrow::default_memory_pool(),
                                           out, how.rows_of_group, properties, arrows)
                    .ok());
    return path;
  }
  std::string refusal(const fs::path& source, const ImportOptions& options = {}) {
    return ImportTest::refusal({source}, options);
  }
};

constexpr const char* of_hugging_face =
    R"({"info":{"features":{"image":{"_type":"Image"},"label":{"names":["zoe","ann"],"_type":"ClassLabel"}}}})";

TEST_F(ParquetImport, TakesWhatHuggingFaceWrites) {
  const Written how{.rows_of_group = 2, .metadata = of_hugging_face};
  put("data/train-0.parquet",
      {{"image", images({jpeg(1), jpeg(2), jpeg(3)}, {"a/1.jpg", "2.jpg", std::nullopt})},
       {"label", numbers<arrow::Int64Builder>({1, 0, 1})}},
      how);
  put("data/train-1.parquet",
      {{"label", numbers<arrow::Int64Builder>({1, 0})}, {"image", images({jpeg(4), jpeg(5)}, {"", "5.jpg"})}},
      how);
  EXPECT_THAT(imported({folder_ / "data"}), ElementsAre("ann: 1.jpg 2.jpg 3.jpg", "zoe: 2.jpg 5.jpg"));
  for (const auto& [place, number] : {std::pair{0, 1}, {1, 3}, {2, 4}, {3, 2}, {4, 5}})
    EXPECT_TRUE(stored(place) == jpeg(number)) << place;
  EXPECT_EQ(report_.format, SourceFormat::parquet);
  EXPECT_THAT(all_of(report_.bad), testing::IsEmpty());
}

TEST_F(ParquetImport, TakesLabelsOfEveryType) {
  const Column content = bytes({jpeg(1), jpeg(2), jpeg(3)});
  const std::vector<std::optional<int>> values{10, 9, 10};
  const std::vector<Column> all{
      numbers<arrow::Int8Builder>(values),
      numbers<arrow::Int16Builder>(values),
      numbers<arrow::Int32Builder>(values),
      numbers<arrow::Int64Builder>(values),
      numbers<arrow::UInt8Builder>(values),
      numbers<arrow::UInt16Builder>(values),
      numbers<arrow::UInt32Builder>(values),
      numbers<arrow::UInt64Builder>(values),
      numbers<arrow::FloatBuilder>(values),
      numbers<arrow::DoubleBuilder>(values),
      texts({"10", "9", "10"}),
      column<arrow::LargeStringBuilder>(Texts{"10", "9", "10"}),
      bytes({"10", "9", "10"}),
      coded(texts({"x", "9", "10"}), {2, 1, 2}),
      coded(numbers<arrow::Int64Builder>({9, 10}), {1, 0, 1}),
  };
  for (const auto& labels : all)
    EXPECT_THAT(imported({put("t.parquet", {{"image", content}, {"label", labels}})}),
                ElementsAre("9: 1.jpg", "10: 0.jpg 2.jpg"))
        << labels->type()->ToString();
}

TEST_F(ParquetImport, TakesEveryWayToStoreThem) {
  Texts content;
  std::vector<std::optional<int>> labels;
  for (int i = 0; i < 700; ++i) {
    content.emplace_back(jpeg(i % 5));
    labels.emplace_back(i % 7);
  }
  for (const auto compression :
       {arrow::Compression::UNCOMPRESSED, arrow::Compression::SNAPPY, arrow::Compression::GZIP,
        arrow::Compression::ZSTD, arrow::Compression::LZ4, arrow::Compression::BROTLI})
    for (const auto pages : {parquet::ParquetDataPageVersion::V1, parquet::ParquetDataPageVersion::V2}) {
      const auto lines = imported(
          {put("t.parquet", {{"image", bytes(content)}, {"label", numbers<arrow::Int32Builder>(labels)}},
               {.rows_of_group = 300, .compression = compression, .pages = pages})});
      ASSERT_THAT(lines, testing::SizeIs(7));
      EXPECT_TRUE(lines[1].starts_with("1: 1.jpg 8.jpg 15.jpg")) << lines[1];
      EXPECT_TRUE(stored(101) == jpeg((1 + 7) % 5));
    }
  EXPECT_THAT(imported({put("t.parquet", {{"image", column<arrow::LargeBinaryBuilder>(Texts{jpeg(1)})},
                                          {"label", texts({"ann"})}})}),
              ElementsAre("ann: 0.jpg"));
}

TEST_F(ParquetImport, FindsTheColumns) {
  const Column first = bytes({jpeg(1)}), second = images({jpeg(2)}, {"2.jpg"}), who = texts({"ann"}),
               number = numbers<arrow::Int32Builder>({3});
  EXPECT_THAT(imported({put("t.parquet", {{"x", second}, {"y", number}})}), ElementsAre("3: 2.jpg"));
  EXPECT_THAT(
      imported({put("t.parquet", {{"mask", first}, {"IMG", second}, {"width", number}, {"Person", who}})}),
      ElementsAre("ann: 2.jpg"));
  const auto table = put("t.parquet", {{"mask", first}, {"crop", second}, {"width", number}, {"who", who}});
  EXPECT_THAT(refusal(table), AllOf(HasSubstr("t.parquet does not tell which column has the images"),
                                    HasSubstr("--image-field"), HasSubstr("mask (binary), crop (struct<"),
                                    HasSubstr("who (string)")));
  EXPECT_THAT(refusal(table, {.image_field = "crop"}), HasSubstr("--label-field"));
  EXPECT_THAT(imported({table}, {.label_field = "who", .image_field = "crop"}), ElementsAre("ann: 2.jpg"));
  EXPECT_THAT(imported({table}, {.label_field = "width", .image_field = "mask"}), ElementsAre("3: 0.jpg"));
  EXPECT_THAT(refusal(table, {.label_field = "who", .image_field = "nose"}), HasSubstr("no column \"nose\""));
  EXPECT_THAT(refusal(table, {.label_field = "crop", .image_field = "mask"}),
              HasSubstr("no labels in its column \"crop\""));
  EXPECT_THAT(refusal(table, {.label_field = "mask", .image_field = "mask"}),
              HasSubstr("no labels in its column \"mask\""));
  EXPECT_THAT(refusal(folder_ / "out1", {.image_field = "x"}), HasSubstr("--image-field is for Parquet"));
}

TEST_F(ParquetImport, TellsWhatIsMissing) {
  EXPECT_THAT(refusal(put("t.parquet", {{"image", bytes({"x"})}})),
              AllOf(HasSubstr("does not tell which column has the labels"), HasSubstr("image (binary)")));
  EXPECT_THAT(refusal(put("t.parquet", {{"label", texts({"ann"})}})),
              HasSubstr("which column has the images"));
  EXPECT_THAT(refusal(put("t.parquet", {{"image", bytes({})}, {"label", texts({})}})),
              HasSubstr("holds no images"));
}

TEST_F(ParquetImport, FillsNoDisk) {
  const Texts again(2000, std::string(50000, 'x'));
  const auto bomb = put("bomb.parquet", {{"image", bytes(again)}, {"label", texts(Texts(2000, "ann"))}});
  ASSERT_LT(fs::file_size(bomb), 100'000U);
  EXPECT_THAT(refusal(bomb), HasSubstr("100 times the bytes of the file"));
}

TEST_F(ParquetImport, NamesTheRowsThatAreBad) {
  const auto table = put(
      "t.parquet",
      {{"image",
        images({jpeg(0), std::nullopt, std::nullopt, jpeg(3), jpeg(4), jpeg(5), "no image", jpeg(7)},
               {"0.jpg", std::nullopt, "elsewhere/2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg", "\x01.jpg"})},
       {"label", numbers<arrow::Int64Builder>({0, 0, 0, std::nullopt, -1, 2, 1, 1})}},
      {.rows_of_group = 3, .metadata = of_hugging_face});
  EXPECT_THAT(refusal(table), AllOf(HasSubstr("t.parquet, row 1: it has no image")));
  EXPECT_THAT(imported({table}, {.skip_bad = true}), ElementsAre("zoe: 0.jpg"));
  EXPECT_THAT(all_of(report_.bad), testing::UnorderedElementsAre(
                                       HasSubstr("row 1: it has no image"),
                                       HasSubstr("row 2: it has no image, only the path elsewhere/2.jpg"),
                                       HasSubstr("row 3: it has no label"), HasSubstr("row 4: its label -1"),
                                       HasSubstr("row 5: its label 2"), HasSubstr("t.parquet, row 6: "),
                                       HasSubstr("row 7: its name has control characters")));
  EXPECT_THAT(
      refusal(put("t.parquet", {{"image", bytes({jpeg(0)})},
                                {"label", column<arrow::DoubleBuilder>(std::vector<std::optional<double>>{
                                              std::numeric_limits<double>::quiet_NaN()})}})),
      HasSubstr("row 0: it has no label"));
}

TEST_F(ParquetImport, SaysWhenClassesCannotBeRead) {
  const std::vector<std::pair<std::string, Column>> columns{{"image", bytes({jpeg(0)})},
                                                            {"label", numbers<arrow::Int64Builder>({0})}};
  EXPECT_THAT(imported({put("t.parquet", columns, {.metadata = "{\"info\":"})}), ElementsAre("0: 0.jpg"));
  EXPECT_THAT(report_.remarks, ElementsAre(HasSubstr("what it says of its classes cannot be read")));
  EXPECT_THAT(imported({put("t.parquet", columns, {.metadata = "{\"info\":{\"features\":[]}}"})}),
              ElementsAre("0: 0.jpg"));
  EXPECT_THAT(report_.remarks, testing::IsEmpty());
}

class DamagedParquet : public ParquetImport {
 protected:
  DamagedParquet() {
    Texts content, paths;
    std::vector<std::optional<int>> labels;
    for (int i = 0; i < 40; ++i) {
      content.emplace_back(jpeg(i));
      paths.emplace_back(fmt::format("{}.jpg", i));
      labels.emplace_back(i / 4);
    }
    whole_ = read_text(
        put("t.parquet", {{"image", images(content, paths)}, {"label", numbers<arrow::Int32Builder>(labels)}},
            {.rows_of_group = 16}));
  }
  std::string refusal_of(std::string_view content) {
    overwrite(folder_ / "damaged.parquet", content);
    return refusal(folder_ / "damaged.parquet");
  }
  std::string whole_;
};

TEST_F(DamagedParquet, ThatIsCutIsRefused) {
  for (const std::size_t length :
       {std::size_t{4}, std::size_t{11}, std::size_t{12}, whole_.size() / 2, whole_.size() - 1})
    EXPECT_THAT(refusal_of(whole_.substr(0, length)), HasSubstr("damaged.parquet, near row 0")) << length;
}

TEST_F(DamagedParquet, IsRefusedByNameOrRead) {
  int refused_pages = 0;
  for (std::size_t at = 4; at < whole_.size(); at += at + 4000 < whole_.size() ? 211 : 173)
    for (const int bits : {0x01, 0xFF}) {
      std::string changed = whole_;
      changed[at] = static_cast<char>(changed[at] ^ bits);
      const auto said = refusal_of(changed);
      EXPECT_TRUE(said == "accepted" || said.find("damaged.parquet") != std::string::npos) << said;
      refused_pages += said.find("row group") != std::string::npos ? 1 : 0;
    }
  EXPECT_GT(refused_pages, 20);  // by their checksums
}

}  // namespace
}  // namespace fedfr::data
