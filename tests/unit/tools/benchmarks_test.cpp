// What `fedfr-data pairs` makes of a list and of the people who are to count.
#include "data/benchmarks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "support/temp_folder.hpp"
#include "unit/data/small_collection.hpp"

namespace fedfr::tool {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Benchmarks : public testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& text) {
    replace_file(folder_ / name, text);
    return folder_ / name;
  }
  std::string made(const PeopleOptions& people) {
    const auto list =
        put("pairs.csv",
            "fold,first,second,same\n"
            "1,id_0/id_0_0001.jpg,id_0/id_0_0002.jpg,1\n1,id_0/id_0_0001.jpg,id_1/id_1_0001.jpg,0\n"
            "1,id_1/id_1_0001.jpg,id_1/id_1_0002.jpg,1\n1,id_2/id_2_0001.jpg,id_1/id_1_0001.jpg,0\n");
    return make_listed_benchmark(list, "", collection_, people, out());
  }
  std::filesystem::path out() const { return folder_ / "out"; }

  test::TempFolder folder_;
  data::Dataset collection_ = data::test::make_small_collection(folder_ / "all", {2, 2, 2});
};

TEST_F(Benchmarks, HaveOnlyTheChosenPeople) {
  EXPECT_THAT(made({.only = {put("who.txt", "id_0\nid_1\n")}}),
              AllOf(HasSubstr("1 of 4 pairs touch people who are not chosen"), HasSubstr("a list of paths")));
  EXPECT_EQ(data::Dataset(out()).pairs().size(), 3U);
  EXPECT_EQ(data::Dataset(out()).identities(), 2);
}

TEST_F(Benchmarks, LackTheExcludedPeople) {
  data::test::make_small_collection(folder_ / "trained", {1});  // id_0
  EXPECT_THAT(made({.exclude = {folder_ / "trained", put("who.txt", "nobody\n")}}),
              HasSubstr("2 of 4 pairs touch excluded people"));
  EXPECT_EQ(data::Dataset(out()).pairs().size(), 2U);
}

TEST_F(Benchmarks, AreRefusedWhereNobodyIsLeft) {
  EXPECT_THROW(made({.only = {put("who.txt", "id_0\n")}, .exclude = {put("not.txt", "id_0\n")}}), DataError);
  EXPECT_THROW(draw_benchmark(collection_, 1, 1, 1, 1, {.only = {put("who.txt", "nobody\n")}}, out()),
               DataError);
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(Benchmarks, AreDrawnOfTheChosenPeople) {
  draw_benchmark(collection_, 2, 3, 1, 1, {.exclude = {put("who.txt", "id_2\n")}}, out());
  EXPECT_THAT(data::Dataset(out()).identity_names(ClientId{0}), testing::ElementsAre("id_0", "id_1"));
}

}  // namespace
}  // namespace fedfr::tool
