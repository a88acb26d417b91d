#include "fedfr/core/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "fedfr/core/error.hpp"
#include "support/temp_folder.hpp"

namespace fedfr {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ReplaceFile, AFailureLeavesTheOldContentAndNoTemporary) {
  const test::TempFolder folder;
  const auto path = folder / "file";
  replace_file(path, std::string_view("old"));
  EXPECT_THROW(replace_file(path,
                            [](const auto& temporary) {
                              const std::span<const std::byte> none;
                              write_pieces(temporary, std::span(&none, 1));
                              throw DataError("stopped half-way");
                            }),
               DataError);
  EXPECT_EQ(read_text(path), "old");
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".tmp"));
}

TEST(ReplaceFile, AFullDiskIsReportedByName) {
  const test::TempFolder folder;
  const auto path = folder / "file";
  replace_file(path, std::string_view("old"));
  // A limit on file sizes fails a write as a full disk does.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  EXPECT_THAT([&] { replace_file(path, std::string(5000, 'x')); },
              ThrowsMessage<DataError>(HasSubstr(path.string())));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(read_text(path), "old");
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
