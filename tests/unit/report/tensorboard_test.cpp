#include "fedfr/report/tensorboard.hpp"

#include <gtest/gtest.h>

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

/// Number of records in an event file.
std::size_t records(const std::filesystem::path& file) {
  const auto text = read_text(file);
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    at += 16 + static_cast<unsigned char>(text[at]) + 256U * static_cast<unsigned char>(text[at + 1]);
  return count;
}

TEST(TensorBoard, ARoundIsWrittenOnce) {
  const test::TempFolder folder;
  run::Options options;
  options.output = folder / "run";
  test::write_run(options, {.rounds = 1, .done = false});
  TensorBoardExport events(folder / "tb", read_run(options.output));
  const auto file = folder / "tb" / "events.out.tfevents.fedfr";
  const auto before = records(file);
  events.update(read_run(options.output));
  EXPECT_EQ(records(file), before);
  test::write_run(options, {.rounds = 2, .done = true});
  events.update(read_run(options.output));
  EXPECT_GT(records(file), before);
  TensorBoardExport again(folder / "again", read_run(options.output));
  EXPECT_EQ(records(folder / "again" / "events.out.tfevents.fedfr"), records(file));
}

}  // namespace
}  // namespace fedfr::report
