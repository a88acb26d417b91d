#include "fedfr/run/record/client_record.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fedfr::run {
namespace {

constexpr ClientId client{7};

nlohmann::json written() {
  ClientRecord record{.client = client, .rank = 2, .seconds = 1.5, .taken_over = false, .statistics = {}};
  record.statistics.images = 40;
  record.statistics.steps = 4;
  record.statistics.terms = {0.5, 0.25};
  return to_json(record);
}

TEST(RecordInState, IsWhatWasWritten) {
  const auto record = record_in_state(written().dump(), client, 2);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->client, client);
  EXPECT_EQ(record->rank, 2);
  EXPECT_EQ(record->statistics.images, 40);
  EXPECT_EQ(record->statistics.terms, (std::vector{0.5, 0.25}));
}

// The mean of each term is made of as many values as the objective has terms, whatever the state says.
TEST(RecordInState, OfAnotherClientOrObjectiveIsNone) {
  EXPECT_FALSE(record_in_state(written().dump(), ClientId{8}, 2));
  EXPECT_FALSE(record_in_state(written().dump(), client, 3));
  EXPECT_FALSE(record_in_state(written().dump(), client, 1));
}

TEST(RecordInState, DamageIsNone) {
  for (const char* report : {"", "{}", "[1]", "{\"client\":7", "\xff", "null"})
    EXPECT_FALSE(record_in_state(report, client, 2)) << report;
  for (const char* field : {"client", "rank", "steps", "images", "local_images", "hard_negatives"}) {
    auto json = written();
    json[field] = 1e300;
    EXPECT_FALSE(record_in_state(json.dump(), client, 2)) << field;
  }
}

}  // namespace
}  // namespace fedfr::run
