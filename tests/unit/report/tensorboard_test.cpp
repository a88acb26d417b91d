#include "fedfr/report/tensorboard.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

#include "run_folder.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::report {
namespace {

using namespace std::string_literals;

/// Records that TensorBoard's own writer made of the same data.
TEST(TensorBoard, FramesRecordsAsTensorFlowDoes) {
  EXPECT_EQ(framed_record(""),
            "\0\0\0\0\0\0\0\0"
            "\x29\x03\x98\x07"
            "\xd8\xea\x82\xa2"s);
  EXPECT_EQ(framed_record("abc"),
            "\3\0\0\0\0\0\0\0"
            "\xb0\x99\x49\x0e"
            "abc"
            "\x6e\x57\xf1\x21"s);
}

TEST(TensorBoard, EncodesEventsAsProtocolBuffers) {
  EXPECT_EQ(version_event(1.5),
            "\x09\0\0\0\0\0\0\xf8\x3f\x1a\x0d"
            "brain.Event:2"s);
  EXPECT_EQ(scalar_event(1.5, 300, "loss", 2.0),
            "\x09\0\0\0\0\0\0\xf8\x3f\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04"
            "loss"
            "\x15\0\0\0\x40"s);
}

/// The wall time of each record of an event file.
std::vector<double> wall_times(const std::filesystem::path& file) {
  const auto text = read_text(file);
  std::vector<double> times;
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t length = 0;
    double time = 0;
    std::memcpy(&length, text.data() + at, sizeof length);
    std::memcpy(&time, text.data() + at + 13, sizeof time);
    times.push_back(time);
    at += 16 + length;
  }
  return times;
}

class TensorBoardOfARun : public testing::Test {
 protected:
  TensorBoardOfARun() { options_.output = folder_ / "run"; }
  RunRecord run(int rounds) const {
    test::write_run(options_, {.rounds = rounds, .done = false});
    return read_run(options_.output);
  }

  test::TempFolder folder_;
  run::Options options_;
  std::filesystem::path file_ = folder_ / "tb" / "events.out.tfevents.fedfr";
};

TEST_F(TensorBoardOfARun, ARoundIsWrittenOnce) {
  TensorBoardExport events(folder_ / "tb", run(1));
  const auto before = wall_times(file_).size();
  events.update(run(1));
  EXPECT_EQ(wall_times(file_).size(), before);
  events.update(run(2));
  EXPECT_GT(wall_times(file_).size(), before);
  const TensorBoardExport again(folder_ / "again", run(2));
  EXPECT_EQ(read_text(folder_ / "again" / "events.out.tfevents.fedfr").size(), read_text(file_).size());
}

TEST_F(TensorBoardOfARun, TimesAreThoseOfTheEvents) {
  const TensorBoardExport events(folder_ / "tb", run(2));
  const auto times = wall_times(file_);
  EXPECT_EQ(times.front(), test::event_time(0));
  const std::set<double> different(times.begin(), times.end());
  EXPECT_EQ(different, (std::set{test::event_time(0), test::event_time(1), test::event_time(2)}));
}

}  // namespace
}  // namespace fedfr::report
