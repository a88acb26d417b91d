#include "fedfr/run/record/numerics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const Numerics one{{"threads", "1"}, {"device", "cpu"}};
const Numerics two{{"threads", "2"}, {"device", "cpu"}};

TEST(Numerics, DifferencesNameWhatEitherSideHas) {
  const auto found = differences(one, {{"threads", "2"}, {"device", "cpu"}, {"cuda", "13000"}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(describe(found[0]), "cuda was '' and is now '13000'");
  EXPECT_EQ(describe(found[1]), "threads was '1' and is now '2'");
  EXPECT_TRUE(differences(one, one).empty());
}

TEST(Numerics, TheRecordTellsFromWhichRoundOn) {
  const test::TempFolder folder;
  const auto file = folder / "numerics.json";
  EXPECT_TRUE(load_numerics(file).empty());
  note_numerics(file, 1, one);
  note_numerics(file, 4, one);  // went on as before
  note_numerics(file, 6, two);
  auto periods = load_numerics(file);
  ASSERT_EQ(periods.size(), 2U);
  EXPECT_EQ(periods[1].from_round, 6);
  EXPECT_EQ(periods[1].numerics, two);
  note_numerics(file, 5, one);  // round 5 and what followed is made again
  periods = load_numerics(file);
  ASSERT_EQ(periods.size(), 1U);
  EXPECT_EQ(periods[0].numerics, one);
}

TEST(Numerics, ADamagedRecordIsNamed) {
  const test::TempFolder folder;
  const auto file = folder / "numerics.json";
  for (const char* text : {"[{", "[{}]", "{\"from_round\": 1}"}) {
    replace_file(file, std::string_view(text));
    EXPECT_THAT([&] { load_numerics(file); }, ThrowsMessage<DataError>(HasSubstr(file.string()))) << text;
  }
}

}  // namespace
}  // namespace fedfr::run
