#include "fedfr/report/tensorboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <compare>
#include <cstring>
#include <set>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
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

struct Scalar {
  int step = -1;  ///< -1: the first record, which holds none
  double time = 0;
  std::string tag;
  float value = 0;
  auto operator<=>(const Scalar&) const = default;
};

/// Of an event file with steps and tags shorter than 128.
std::vector<Scalar> scalars(const std::filesystem::path& file) {
  const auto text = read_text(file);
  std::vector<Scalar> all;
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t length = 0;
    std::memcpy(&length, text.data() + at, sizeof length);
    const std::string record = text.substr(at + 12, length);
    Scalar& scalar = all.emplace_back();
    std::memcpy(&scalar.time, record.data() + 1, sizeof scalar.time);
    if (record[9] == '\x10') {
      scalar.step = record[10];
      scalar.tag = record.substr(17, static_cast<std::size_t>(record[16]));
      std::memcpy(&scalar.value, record.data() + record.size() - 4, sizeof scalar.value);
    }
    at += 16 + length;
  }
  return all;
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
  const auto before = scalars(file_).size();
  events.update(run(1));
  EXPECT_EQ(scalars(file_).size(), before);
  events.update(run(2));
  EXPECT_GT(scalars(file_).size(), before);
  const TensorBoardExport again(folder_ / "again", run(2));
  EXPECT_EQ(read_text(folder_ / "again" / "events.out.tfevents.fedfr").size(), read_text(file_).size());
}

TEST_F(TensorBoardOfARun, TimesAreThoseOfTheEvents) {
  const TensorBoardExport events(folder_ / "tb", run(2));
  const auto all = scalars(file_);
  EXPECT_EQ(all.front().step, -1);
  for (const auto& scalar : all)
    EXPECT_EQ(scalar.time, test::event_time(std::max(scalar.step, 0))) << scalar.tag;
  std::set<int> steps;
  for (const auto& scalar : all) steps.insert(scalar.step);
  EXPECT_EQ(steps, (std::set{-1, 0, 1, 2}));
}

TEST_F(TensorBoardOfARun, EachClientIsARunOfItsOwn) {
  TensorBoardExport events(folder_ / "tb", run(1));
  events.update(run(2));
  events.update(run(2));
  const double one = test::event_time(1), two = test::event_time(2);
  for (const char* client : {"client_000000", "client_000001"})
    EXPECT_EQ(scalars(folder_ / "tb" / client / file_.filename()),
              (std::vector<Scalar>{{.step = -1, .time = one, .tag = "", .value = 0},
                                   {.step = 1, .time = one, .tag = "client/loss", .value = 1.5},
                                   {.step = 1, .time = one, .tag = "client/images", .value = 50},
                                   {.step = 1, .time = one, .tag = "client/hard_negatives", .value = 25},
                                   {.step = 2, .time = two, .tag = "client/loss", .value = 1.5},
                                   {.step = 2, .time = two, .tag = "client/images", .value = 50},
                                   {.step = 2, .time = two, .tag = "client/hard_negatives", .value = 25}}))
        << client;
}

TEST_F(TensorBoardOfARun, AFolderIsOfOneRun) {
  const auto folder = folder_ / "tb";
  { const TensorBoardExport first(folder, run(2)); }
  const auto before = read_text(file_);
  auto other = run(2);
  other.folder = folder_ / "other";
  EXPECT_THAT([&] { TensorBoardExport(folder, other); },
              testing::ThrowsMessage<UsageError>(testing::HasSubstr("holds the events of another run")));
  EXPECT_EQ(read_text(file_), before);
  // The same run, begun anew with fewer clients: nothing of the first is left.
  auto again = run(1);
  again.metrics.clients.clear();
  { const TensorBoardExport anew(folder, again); }
  EXPECT_LT(read_text(file_).size(), before.size());
  EXPECT_FALSE(std::filesystem::exists(folder / "client_000000" / file_.filename()));
  replace_file(folder / "events.out.tfevents.1.host", "");
  EXPECT_THAT(
      [&] { TensorBoardExport(folder, again); },
      testing::ThrowsMessage<UsageError>(testing::HasSubstr("another program (events.out.tfevents.1.host)")));
}

TEST_F(TensorBoardOfARun, MoreThan64ClientsAreNotShown) {
  auto record = run(1);
  const auto add_client = [&](std::int64_t id) {
    auto event = record.metrics.clients.front();
    event.client = ClientId{id};
    record.metrics.clients.push_back(event);
  };
  for (std::int64_t id = 2; id < 64; ++id) add_client(id);
  const TensorBoardExport shown(folder_ / "shown", record);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "shown" / "client_000063"));
  add_client(64);
  const TensorBoardExport not_shown(folder_ / "not_shown", record);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "not_shown" / "client_000000"));
}

}  // namespace
}  // namespace fedfr::report
