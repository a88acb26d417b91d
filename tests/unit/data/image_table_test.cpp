#include "fedfr/data/inspect/image_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::SizeIs;
using testing::StartsWith;

TEST(ImageTable, TellsEveryImageOfASetOfClientsApart) {
  const fedfr::test::TempFolder folder;
  test::write_clients(folder / "set", {.clients = 4, .images = 7, .identities = 3});
  const Dataset dataset(folder / "set");
  const auto rows = image_table(dataset);
  ASSERT_THAT(rows, SizeIs(28));
  std::set<std::int64_t> people, labels;
  std::set<std::string> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto client = static_cast<std::int64_t>(i) / 7;
    EXPECT_EQ(rows[i].client, client);
    EXPECT_EQ(rows[i].client_name, fmt::format("client_{}", client));
    EXPECT_EQ(rows[i].label, static_cast<std::int32_t>(i % 3));
    EXPECT_EQ(rows[i].identity, 3 * client + rows[i].label);
    EXPECT_EQ(rows[i].identity_name, fmt::format("person_{}_{}", client, rows[i].label));
    EXPECT_EQ(rows[i].source, fmt::format("{:04}.jpg", i));
    EXPECT_EQ(rows[i].subset, i % 4 == 3 ? Subset::test : Subset::train);
    people.insert(rows[i].identity);
    labels.insert(rows[i].label);
    names.insert(rows[i].identity_name);
  }
  EXPECT_THAT(labels, SizeIs(3)) << "labels are local to a client";
  EXPECT_THAT(people, SizeIs(12));
  EXPECT_THAT(names, SizeIs(12));
}

TEST(ImageTable, HasNoClientsOutsideOfASetOfClients) {
  const fedfr::test::TempFolder folder;
  {
    DatasetWriter writer(folder / "set",
                         {.role = Role::collection, .size = test::stored_size, .encoding = Encoding::raw});
    writer.set_identities({"A, B", "say \"C\""});
    writer.begin_client("", 3, {});
    for (int i = 0; i < 3; ++i) writer.add(test::numbered_new_image(i, Encoding::raw, 2));
    writer.finish();
  }
  const auto rows = image_table(Dataset(folder / "set"));
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[1].client, -1);
  EXPECT_EQ(rows[1].identity, 1);
  EXPECT_EQ(rows[2].identity_name, "A, B");
  EXPECT_EQ(csv(rows), R"(row,client,client_name,identity,identity_name,label,subset,source
0,,,0,"A, B",0,train,0000.jpg
1,,,1,"say ""C""",1,train,0001.jpg
2,,,0,"A, B",0,train,0002.jpg
)");
}

TEST(ImageTable, IsValidUtf8) {
  ImageRow row;
  row.client = 2;
  row.client_name = "\xe9";
  row.identity_name = "b\nc";
  row.subset = Subset::test;
  EXPECT_THAT(csv({row}), testing::EndsWith("\n0,2,\\xE9,0,b\\x0Ac,0,test,\n"));
}

}  // namespace
}  // namespace fedfr::data
