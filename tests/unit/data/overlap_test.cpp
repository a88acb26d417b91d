#include "fedfr/data/inspect/overlap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/checksum.hpp"
#include "small_collection.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SharedPeople : public testing::Test {
 protected:
  /// A public set of one image that shows nobody else.
  Dataset one_image(const std::string& name, const std::string& person, std::vector<std::uint8_t> pixels) {
    DatasetWriter writer(folder_ / name, {.role = Role::public_set, .size = tiny});
    writer.begin_client(person, 1);
    writer.add({.pixels = std::move(pixels)});
    writer.set_identities({person});
    writer.finish();
    return Dataset(folder_ / name);
  }
  fedfr::test::TempFolder folder_;
};

TEST_F(SharedPeople, AreFoundByNameAndByImage) {
  const auto a = make_small_collection(folder_ / "a", {2, 1});
  const auto b = make_small_collection(folder_ / "b", {1, 3, 2});
  const auto overlap = find_overlap(a, b);
  EXPECT_EQ(overlap.people, 2);
  EXPECT_THAT(overlap.some, ElementsAre("id_0", "id_1"));
  EXPECT_EQ(overlap.images, 2);
  EXPECT_FALSE(overlap.more_images_likely);
}

TEST_F(SharedPeople, AreFoundByImageUnderAnotherName) {
  const std::vector<std::uint8_t> pixels{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const auto overlap = find_overlap(one_image("a", "Ann", pixels), one_image("b", "Bob", pixels));
  EXPECT_EQ(overlap.people, 0);
  EXPECT_EQ(overlap.images, 1);
  EXPECT_THAT(overlap.some_images, ElementsAre("Ann/ = Bob/"));
}

TEST_F(SharedPeople, AreNotThoseWhoHaveNumbersForNames) {
  const auto overlap = find_overlap(one_image("a", "17", std::vector<std::uint8_t>(12, 1)),
                                    one_image("b", "17", std::vector<std::uint8_t>(12, 2)));
  EXPECT_EQ(overlap.people, 0);
}

TEST_F(SharedPeople, AreNamedWithTheirClients) {
  write_clients(folder_ / "clients", {.clients = 2, .images = 3, .identities = 2});
  write_clients(folder_ / "more", {.clients = 1, .images = 5, .identities = 5});
  const auto overlap = find_overlap(Dataset(folder_ / "clients"), Dataset(folder_ / "more"));
  EXPECT_EQ(overlap.images, 5);
  EXPECT_THAT(overlap.some_images,
              testing::Contains("client_1/person_1_0/0004.jpg = client_0/person_0_4/0004.jpg"));
}

TEST_F(SharedPeople, AreNotThoseWhoseChecksumsAreEqualByChance) {
  std::vector<std::uint8_t> pixels{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, other = pixels;
  // A multiple of the generator changes the bytes and leaves the checksum.
  constexpr std::uint64_t generator = 0x11EDC6F41;
  for (unsigned bit = 0; bit <= 32; ++bit)
    if ((generator >> (32 - bit) & 1U) != 0) other[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  ASSERT_NE(pixels, other);
  ASSERT_EQ(crc32c(std::as_bytes(std::span(pixels))), crc32c(std::as_bytes(std::span(other))));
  EXPECT_EQ(find_overlap(one_image("a", "Ann", pixels), one_image("b", "Bob", other)).images, 0);
}

TEST_F(SharedPeople, AreComparedUpToANumberOfImages) {
  const auto a = make_small_collection(folder_ / "a", {250});
  const auto b = make_small_collection(folder_ / "b", {255});
  const auto overlap = find_overlap(a, b);
  EXPECT_EQ(overlap.images, 200);
  EXPECT_TRUE(overlap.more_images_likely);
}

TEST_F(SharedPeople, AreTheUsersConcern) {
  write_clients(folder_ / "clients", {.clients = 2});
  const std::vector<Dataset> trained{Dataset(folder_ / "clients"),
                                     make_small_collection(folder_ / "public", {3})};
  const std::vector<Dataset> benchmarks{make_small_collection(folder_ / "test", {1, 1}),
                                        one_image("other", "person_1_2", std::vector<std::uint8_t>(12, 99))};
  EXPECT_THAT(
      overlap_warnings(trained, benchmarks),
      ElementsAre(
          AllOf(HasSubstr("other and the clients set"), HasSubstr("share 1 names of people: person_1_2")),
          AllOf(HasSubstr("test and the collection set"), HasSubstr("share 1 names of people: id_0")),
          AllOf(HasSubstr("test and"), HasSubstr("share 1 images"))));
  EXPECT_THAT(overlap_warnings({}, benchmarks), IsEmpty());
}

}  // namespace
}  // namespace fedfr::data
