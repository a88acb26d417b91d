#include "fedfr/report/collect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/csv.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "run_folder.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::report {
namespace {

TEST(Csv, QuotesWhatWouldBreakARow) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(Csv, HasAColumnForEveryNameOfAnyRow) {
  const auto rows = nlohmann::ordered_json::parse(R"([{"a":1,"b":"x,y"},{"a":null,"c":0.5}])");
  EXPECT_EQ(csv(rows), "a,b,c\n1,\"x,y\",\n,,0.5\n");
}

TEST(Collect, ARowHasAxesFiguresTimesAndHash) {
  const test::TempFolder folder;
  const auto sweep = expand(
      parse_sweep_file("[Sweep]\njob = j\noutput = " + folder.path().string() + "\n[Axes]\nlr = 0.1, 0.2\n",
                       "s.cfg"),
      run::parse_job_file("clients = c\npublic = p\nrounds = 2\n", "j"));
  test::write_run(sweep.cells[1].options(), {});
  const auto rows = collect(sweep, status_of(sweep));
  EXPECT_EQ(rows.at(0).at("state"), "waiting");
  const auto& row = rows.at(1);
  EXPECT_EQ(row.at("cell"), "lr-0.2");
  EXPECT_EQ(row.at("lr"), "0.2");
  EXPECT_EQ(row.at("seed"), 100);
  EXPECT_EQ(row.at("pairs_accuracy"), 0.75);
  EXPECT_EQ(row.at("pairs_TAR_at_0.1"), 0.4);
  EXPECT_FALSE(row.contains("pairs_TAR_at_0.01"));  // too few impostors
  EXPECT_EQ(row.at("global_TAR_at_0.1_worst"), 0.25);
  EXPECT_EQ(row.at("global_rank1_mean"), 0.9);
  EXPECT_EQ(row.at("seconds"), 4.0);
  EXPECT_EQ(row.at("seconds_train"), 3.0);
  EXPECT_EQ(row.at("images_per_second"), 50.0);
  EXPECT_EQ(row.at("idle_share"), 0.25);
  EXPECT_EQ(row.at("model_hash"), "0000000000000002");
}

}  // namespace
}  // namespace fedfr::report
