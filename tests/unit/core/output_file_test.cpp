#include "fedfr/core/output_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "fedfr/core/error.hpp"
#include "support/temp_folder.hpp"

namespace fedfr {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

TEST(ReplaceFile, AFailureLeavesTheOldContentAndNoTemporary) {
  const test::TempFolder folder;
  const auto path = folder / "file";
  replace_file(path, "old");
  EXPECT_THROW(replace_file(path,
                            [](const fs::path& temporary) {
                              replace_file(temporary, "half");
                              throw DataError("stopped half-way");
                            }),
               DataError);
  EXPECT_EQ(read_text(path), "old");
  EXPECT_FALSE(fs::exists(path.string() + ".tmp"));
}

TEST(ReplaceFile, AFullDiskIsReportedByName) {
  const test::TempFolder folder;
  const auto path = folder / "file";
  replace_file(path, "old");
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
  EXPECT_FALSE(fs::exists(path.string() + ".tmp"));
}

TEST(ReplaceFile, FollowsAChainOfLinksAndKeepsThem) {
  const test::TempFolder folder;
  make_folder(folder / "elsewhere");
  replace_file(folder / "elsewhere/target", "old");
  fs::create_symlink("elsewhere/second", folder / "first");
  fs::create_symlink("target", folder / "elsewhere/second");
  replace_file(folder / "first", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "first"));
  EXPECT_TRUE(fs::is_symlink(folder / "elsewhere/second"));
  EXPECT_EQ(read_text(folder / "elsewhere/target"), "new");
}

TEST(ReplaceFile, TheLongestNameThatAFileSystemTakesIsWritten) {
  const test::TempFolder folder;
  const std::string longest(255, 'n');
  replace_file(folder / longest, "content");
  EXPECT_EQ(read_text(folder / longest), "content");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ReplaceFile, ADanglingLinkCreatesItsTarget) {
  const test::TempFolder folder;
  fs::create_symlink(folder / "target", folder / "link");
  replace_file(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_text(folder / "target"), "new");
}

TEST(ReplaceFile, ALinkToItselfIsRefused) {
  const test::TempFolder folder;
  fs::create_symlink("link", folder / "link");
  EXPECT_THAT([&] { replace_file(folder / "link", "new"); }, ThrowsMessage<DataError>(HasSubstr("link")));
}

TEST(ReplaceFile, ADeviceIsWrittenAndStaysADevice) {
  const test::TempFolder folder;
  fs::create_symlink("/dev/null", folder / "link");
  replace_file("/dev/null", "lost");
  replace_file(folder / "link", "lost");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_THAT([] { replace_file("/dev/full", "lost"); }, ThrowsMessage<DataError>(HasSubstr("/dev/full")));
}

TEST(ReplaceFile, AFifoGetsTheBytesAndStaysAFifo) {
  const test::TempFolder folder;
  const auto fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = read_input(fifo); });
  replace_file(fifo, std::string(200'000, 'x'));
  reader.join();
  EXPECT_EQ(got, std::string(200'000, 'x'));
  EXPECT_TRUE(fs::is_fifo(fifo));
}

TEST(ReplaceFile, ADescriptorIsWrittenFromWhereItStands) {
  const test::TempFolder folder;
  const auto path = folder / "file";
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  append_exactly(file, path, std::as_bytes(std::span("before ", 7)));
  for (const char* form : {"/dev/fd/", "/proc/self/fd/"})
    replace_file(form + std::to_string(file.get()), "x");
  append_exactly(file, path, std::as_bytes(std::span(" after", 6)));
  EXPECT_EQ(read_text(path), "before xx after");
}

TEST(ReplaceFile, NamesWhatIsWrongWithThePlace) {
  const test::TempFolder folder;
  replace_file(folder / "file", "old");
  const auto refuse = [&](const fs::path& path, const std::string& text) {
    for (const auto& attempt : {std::function<void()>([&] { check_output(path); }),
                                std::function<void()>([&] { replace_file(path, "new"); })})
      EXPECT_THAT(attempt,
                  ThrowsMessage<DataError>(testing::AllOf(HasSubstr(path.string()), HasSubstr(text))));
  };
  refuse(folder / "no/such", "there is no folder");
  refuse(folder.path(), "this is a folder");
  refuse(folder / "new/", "names a folder");
  refuse(folder / "file/", "names a folder");
  refuse(folder / "file/in-it", "is no folder");
  refuse("/dev/fd/999", "Bad file descriptor");
  EXPECT_EQ(read_text(folder / "file"), "old");
}

TEST(CheckOutput, ChangesNothingAndDoesNotWaitForAReader) {
  const test::TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  check_output(folder / "fifo");
  check_output(folder / "new");
  check_output("/dev/null");
  EXPECT_FALSE(fs::exists(folder / "new"));
}

TEST(ReplaceFile, PermissionsAreWhatTheUmaskLeavesOrThoseOfTheFileThatIsReplaced) {
  const test::TempFolder folder;
  const mode_t before = ::umask(002);
  replace_file(folder / "group", "a");
  ::umask(077);
  replace_file(folder / "mine", "a");
  ::chmod((folder / "group").c_str(), 0640);
  replace_file(folder / "group", "b");
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "mine"), 0600U);
  EXPECT_EQ(mode_of(folder / "group"), 0640U);
}

TEST(IsStandardOutput, KnowsItByAnyName) {
  const test::TempFolder folder;
  fs::create_symlink("/dev/stdout", folder / "link");
  EXPECT_TRUE(is_standard_output("/dev/stdout"));
  EXPECT_TRUE(is_standard_output(folder / "link"));
  replace_file(folder / "file", "text");
  EXPECT_FALSE(is_standard_output(folder / "file"));
}

}  // namespace
}  // namespace fedfr
