#include "fedfr/eval/gallery_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"

namespace fedfr::eval {
namespace {

using Ids = std::vector<std::int64_t>;
using testing::ElementsAre;

// Person 5 has three images, 9 has one, 7 has two.
const Ids kPeople{5, 9, 5, 7, 5, 7};

TEST(GalleryOfFirstImages, EnrolsWhoHasMoreAndMakesTheOthersStrangers) {
  const auto one = gallery_of_first_images(kPeople, 1, 0, 100);
  EXPECT_THAT(one.gallery, ElementsAre(0, 3));
  EXPECT_THAT(one.probes, ElementsAre(1, 2, 4, 5));
  const auto two = gallery_of_first_images(kPeople, 2, 0, 100);
  EXPECT_THAT(two.gallery, ElementsAre(0, 2)) << "7 has two, which leaves no probe";
  EXPECT_THAT(two.probes, ElementsAre(1, 3, 4, 5));
}

TEST(GalleryOfFirstImages, DrawsStrangersByTheSeed) {
  Ids people;
  for (int i = 0; i < 200; ++i) people.push_back(i % 100);
  const auto plan = gallery_of_first_images(people, 1, 30, 100);
  EXPECT_EQ(plan.gallery.size(), 70U);
  EXPECT_EQ(plan.probes.size(), 130U);
  EXPECT_EQ(gallery_of_first_images(people, 1, 30, 100).gallery, plan.gallery);
  EXPECT_NE(gallery_of_first_images(people, 1, 30, 101).gallery, plan.gallery);
}

TEST(GalleryOfFirstImages, RefusesToEnrolNobody) {
  EXPECT_THROW(gallery_of_first_images(kPeople, 1, 2, 100), UsageError);
  EXPECT_THROW(gallery_of_first_images(kPeople, 3, 0, 100), UsageError);
}

TEST(GalleryOfTrainingPart, TakesThePartsThatTheDatasetHas) {
  using enum data::Subset;
  const auto plan = gallery_of_training_part(std::vector{test, train, train, test});
  EXPECT_THAT(plan.gallery, ElementsAre(1, 2));
  EXPECT_THAT(plan.probes, ElementsAre(0, 3));
}

TEST(Identify, ComparesProbesWithTheMeansOfPeople) {
  // Person 5 looks along x, person 7 along y; 9 is a stranger between them.
  const std::vector<float> gallery{1, 0, 0, 1}, probes{0.6F, 0.8F, 1, 0, 0.8F, 0.6F, 0, 1};
  const auto found = identify(gallery_of_first_images(kPeople, 1, 0, 100), kPeople, {gallery, 2}, {probes, 2},
                              10, std::vector{0.5});
  EXPECT_EQ(found.scores.entries, 2);
  EXPECT_EQ(found.scores.mated_probes, 3);
  EXPECT_EQ(found.scores.nonmated_probes, 1);
  EXPECT_EQ(found.scores.rank1, 1);
  EXPECT_EQ(found.outcomes[0].rank, 0);
  EXPECT_FLOAT_EQ(found.outcomes[0].score, 0.8F);
  EXPECT_FLOAT_EQ(found.outcomes[2].score, 0.8F);
}

TEST(Identify, NeedsBothParts) {
  const std::vector<float> features{1, 0};
  const GalleryPlan without_probes{.gallery = {0}, .probes = {}};
  EXPECT_THROW(identify(without_probes, Ids{5}, {features, 2}, {}, 10, std::vector{0.5}), DataError);
}

}  // namespace
}  // namespace fedfr::eval
