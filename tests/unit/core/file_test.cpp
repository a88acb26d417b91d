#include "fedfr/core/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ReadInput, ReadsAPipeToItsEnd) {
  const std::string text(50'000, 'x');  // a pipe holds as much before somebody reads
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const FileDescriptor read_end(ends[0]);
  append_exactly(FileDescriptor(ends[1]), "the pipe", std::as_bytes(std::span(text)));
  EXPECT_EQ(read_input("/dev/fd/" + std::to_string(read_end.get())), text);
}

TEST(ReadInput, WhatDoesNotEndIsRefused) {
  EXPECT_THAT([] { (void)read_input("/dev/zero"); },
              ThrowsMessage<DataError>(HasSubstr("/dev/zero does not end")));
}

TEST(ReadInput, APipeThatALauncherHasClosedIsNamed) {
  EXPECT_THAT([] { (void)read_input("/dev/fd/999"); },
              ThrowsMessage<DataError>(HasSubstr("write its content to a file")));
}

TEST(ReadText, AFifoThatNobodyWritesToIsRefusedInsteadOfWaitingForIt) {
  const test::TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THAT([&] { read_text(folder / "fifo"); }, ThrowsMessage<DataError>(HasSubstr("a pipe or device")));
  EXPECT_THAT([&] { read_text(folder.path()); }, ThrowsMessage<DataError>(HasSubstr("a folder")));
}

TEST(ReadText, ReadsFilesWhoseSizeTheSystemDoesNotTell) {
  EXPECT_THAT(read_text("/proc/self/status"), HasSubstr("Name:"));
}

/// A file of holes, which takes no space.
std::filesystem::path huge_file(const test::TempFolder& folder) {
  const auto path = folder / "huge";
  replace_file(path, std::string_view("1"));
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40U);
  return path;
}

TEST(ReadText, AFileOfATerabyteIsRefusedBeforeItIsRead) {
  const test::TempFolder folder;
  const auto path = huge_file(folder);
  EXPECT_THAT([&] { read_text(path); },
              ThrowsMessage<DataError>(AllOf(HasSubstr(path.string()), HasSubstr("within 67108864 bytes"))));
  EXPECT_THAT([&] { read_input(path, 5); }, ThrowsMessage<DataError>(HasSubstr("within 5 bytes")));
}

TEST(ReadText, AFileMayHaveAsManyBytesAsItsReaderAllows) {
  const test::TempFolder folder;
  replace_file(folder / "file", std::string_view("12345"));
  EXPECT_EQ(read_text(folder / "file", 5), "12345");
  EXPECT_THAT([&] { read_text(folder / "file", 4); }, ThrowsMessage<DataError>(HasSubstr("4 bytes")));
}

TEST(HaveSameBytes, ComparesFilesOfSeveralBlocks) {
  const test::TempFolder folder;
  std::string text((std::size_t{2} << 20U) + 17, 'x');
  replace_file(folder / "a", text);
  replace_file(folder / "b", text);
  EXPECT_TRUE(have_same_bytes(folder / "a", folder / "b"));
  text.back() = 'y';
  replace_file(folder / "b", text);
  EXPECT_FALSE(have_same_bytes(folder / "a", folder / "b"));
  replace_file(folder / "b", text + 'z');
  EXPECT_FALSE(have_same_bytes(folder / "a", folder / "b"));
  EXPECT_FALSE(have_same_bytes(folder / "a", huge_file(folder)));
}

TEST(ReadExactly, AFileThatEndsEarlyIsAnError) {
  const test::TempFolder folder;
  replace_file(folder / "file", std::string_view("12345"));
  std::string out(10, ' ');
  EXPECT_THAT(
      [&] {
        read_exactly(open_for_reading(folder / "file"), folder / "file", 0,
                     std::as_writable_bytes(std::span(out)));
      },
      ThrowsMessage<DataError>(HasSubstr("ends early")));
}

}  // namespace
}  // namespace fedfr
