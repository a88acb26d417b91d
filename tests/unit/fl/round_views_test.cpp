#include "fedfr/fl/client/round_views.hpp"

#include <ATen/ops/arange.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedfr::fl {
namespace {

using testing::ElementsAre;

std::vector<View> listed(std::span<const View> views) { return {views.begin(), views.end()}; }

std::vector<std::int64_t> rows(const RoundViews& views, const EpochPlan& epoch) {
  const at::Tensor found = views.rows(epoch.order, epoch.mirrored);
  const std::span values(found.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(found.numel()));
  return {values.begin(), values.end()};
}

TEST(RoundViews, HoldWhatTheEpochsLookAtAndNothingElse) {
  const std::vector<EpochPlan> epochs = {{.rates = {}, .order = {2, 0, 3, 1}, .mirrored = {1, 0, 0, 1}},
                                         {.rates = {}, .order = {0, 1, 2, 3}, .mirrored = {0, 1, 1, 1}}};
  const RoundViews views(4, 2, epochs);
  EXPECT_THAT(listed(views.own_plain()), ElementsAre(View{0, false}));
  EXPECT_THAT(listed(views.own_mirrored()), ElementsAre(View{1, true}));
  EXPECT_THAT(listed(views.public_plain()), ElementsAre(View{3, false}));
  EXPECT_THAT(listed(views.public_mirrored()), ElementsAre(View{2, true}, View{3, true}));
  EXPECT_EQ(views.all().size(), 5U);
  EXPECT_THAT(rows(views, epochs[0]), ElementsAre(3, 0, 2, 1));
  EXPECT_THAT(rows(views, epochs[1]), ElementsAre(0, 1, 3, 4));
}

TEST(RoundViews, OfNoEpochAreEmpty) { EXPECT_TRUE(RoundViews(4, 2, {}).all().empty()); }

TEST(RoundViews, FindTheirRowsInATable) {
  const std::vector<EpochPlan> epochs = {{.rates = {}, .order = {0, 1, 2}, .mirrored = {1, 0, 0}}};
  const RoundViews views(3, 2, epochs);
  const at::Tensor table = at::arange(6).view({3, 2});
  EXPECT_TRUE(views.part_of(table, views.own_mirrored()).equal(table.narrow(0, 1, 1)));
  EXPECT_TRUE(views.part_of(table, views.public_plain()).equal(table.narrow(0, 2, 1)));
  EXPECT_EQ(views.part_of(table, views.public_mirrored()).size(0), 0);
}

}  // namespace
}  // namespace fedfr::fl
