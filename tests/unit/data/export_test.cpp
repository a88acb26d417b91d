// Datasets out and in again.
#include "fedfr/data/export/export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/export/record_writer.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/import/importer.hpp"
#include "records.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Export : public testing::Test {
 protected:
  Dataset imported(const fs::path& source, Encoding encoding) {
    const auto out = folder_ / ("imported" + std::to_string(++made_));
    import_images(std::span(&source, 1), out, {.encoding = encoding});
    return Dataset(out);
  }
  Dataset collection(Encoding encoding, const std::vector<std::string>& people,
                     const std::vector<std::string>& images) {
    const auto out = folder_ / ("collection" + std::to_string(++made_));
    DatasetWriter writer(out, {.role = Role::collection, .size = test::stored_size, .encoding = encoding});
    std::int64_t number = 0;
    for (std::size_t person = 0; person < people.size(); ++person) {
      writer.begin_client(people[person], std::ssize(images));
      for (const auto& name : images) {
        auto image = test::numbered_new_image(number++, encoding, 1);
        image.label = static_cast<std::int32_t>(person);
        image.source_name = name;
        writer.add(image);
      }
    }
    writer.set_identities(people);
    writer.finish();
    return Dataset(out);
  }
  static void expect_same_images(const Dataset& one, const Dataset& other) {
    ASSERT_EQ(one.images(), other.images());
    for (std::int64_t i = 0; i < one.images(); ++i) {
      EXPECT_EQ(one.all().read_stored(i), other.all().read_stored(i));
      EXPECT_EQ(one.all().source_name(i), other.all().source_name(i));
    }
    EXPECT_TRUE(std::ranges::equal(one.all().labels(), other.all().labels()));
  }

  fedfr::test::TempFolder folder_;
  int made_ = 0;
};

TEST_F(Export, FoldersAndRecordsHaveTheImagesOfTheDataset) {
  for (const auto encoding : {Encoding::jpeg, Encoding::raw}) {
    const std::string type = encoding == Encoding::raw ? ".png" : ".jpg";
    const auto source = collection(encoding, {"ann", "bob"}, {"1" + type, "2" + type, "side/1" + type});
    const auto folder = folder_ / std::string(name(encoding));
    export_images(source, folder, ExportFormat::folder, {});
    EXPECT_TRUE(fs::exists(folder / "bob/side" / ("1" + type)));
    const auto out = folder_ / ("level" + type);
    import_images(std::span(&folder, 1), out, {.identity_level = 1, .encoding = encoding});
    expect_same_images(Dataset(out), source);

    const auto records = folder_ / ("records" + type);
    const auto plain = collection(encoding, {"0", "1"}, {"1" + type, "2" + type, "3" + type});
    export_images(plain, records, ExportFormat::record_io, {});
    const auto again = imported(records, encoding);
    expect_same_images(again, plain);
    EXPECT_THAT(again.identity_names(ClientId{0}), ElementsAre("0", "1"));
    EXPECT_EQ(read_text(records / "property"), "2,6,5\n");
  }
}

TEST_F(Export, RecordsAreThoseOfMXNet) {
  const std::string image =
      "abcd" + test::magic_word + test::magic_word + "x" + test::magic_word + "yz" + test::magic_word;
  for (std::size_t length = 0; length <= image.size(); ++length) {
    const auto part = image.substr(0, length);
    const std::vector<std::uint8_t> bytes(part.begin(), part.end());
    for (const std::vector<float>& labels : {std::vector<float>{3}, {1, 2}})
      EXPECT_EQ(record_of(labels, 7, bytes), test::image_record(labels, 7, part)) << length;
  }
}

TEST_F(Export, NamesAreThoseOfFilesAndDifferent) {
  const auto source = collection(Encoding::jpeg, {"ann"}, {"1.png", "1.jpg", "", "1_2.jpg"});
  export_images(source, folder_ / "out", ExportFormat::folder, {});
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_ / "out/ann"))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, testing::UnorderedElementsAre("1.jpg", "1_2.jpg", "00002.jpg", "1_2_2.jpg"));
  for (const std::string name : {"../ann", "a//b", "/etc", "."}) {
    EXPECT_THAT(
        [&] {
          export_images(collection(Encoding::jpeg, {name}, {"1.jpg"}), folder_ / "bad", ExportFormat::folder,
                        {});
        },
        testing::ThrowsMessage<DataError>(HasSubstr("cannot be that of a file")))
        << name;
    EXPECT_FALSE(fs::exists(folder_ / "bad"));
  }
}

TEST_F(Export, OfClientsHasAFolderForEach) {
  test::write_clients(folder_ / "clients", {.clients = 2, .images = 3, .identities = 2});
  const auto report =
      export_images(Dataset(folder_ / "clients"), folder_ / "out", ExportFormat::folder, {.quality = 90});
  EXPECT_EQ(report.identities, 4);
  EXPECT_TRUE(fs::exists(folder_ / "out/client_1/person_1_0/0003.jpg") ||
              fs::exists(folder_ / "out/client_1/person_1_1/0003.jpg"));
  EXPECT_THROW(export_pairs(Dataset(folder_ / "clients"), folder_ / "a.bin", {}), DataError);
  EXPECT_THROW(export_images(Dataset(folder_ / "clients"), folder_ / "out", ExportFormat::folder, {}),
               DataError)
      << "it exists";
}

}  // namespace
}  // namespace fedfr::data
