#include "fedfr/data/storage/dataset_writer.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "fedfr/core/error.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::ThrowsMessage;
namespace fs = std::filesystem;

/// A limit on the size of files, which fails a write as a full disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

class Writer : public testing::Test {
 protected:
  DatasetWriter make(Role role = Role::collection) { return {out(), {.role = role, .size = stored_size}}; }
  fs::path out() const { return folder_ / "set"; }
  NewImage image(std::int64_t number = 0) const { return numbered_new_image(number, Encoding::raw, 1); }

  /// The message of what `write` throws, provided that it leaves nothing behind.
  template <class Write>
  std::string refusal(Write write) {
    std::string message = "accepted";
    try {
      write();
    } catch (const DataError& e) {
      message = e.what();
    }
    EXPECT_TRUE(fs::is_empty(folder_.path())) << "something is left behind";
    return message;
  }

  fedfr::test::TempFolder folder_;
};

/// HDF5 allots room to short data sets (2048 bytes) in another way than to long ones.
TEST_F(Writer, PutsPixelsWhereTheyBelongHoweverManyThereAre) {
  for (const auto encoding : {Encoding::raw, Encoding::jpeg})
    for (const int count : {0, 1, 2, 21, 22, 23, 24, 40, 1000}) {  // 90 bytes each if raw, some 700 else
      const auto set = folder_ / fmt::format("{}.{}", name(encoding), count);
      DatasetWriter writer(set, {.role = Role::collection, .size = stored_size, .encoding = encoding});
      writer.begin_client("a", count);
      for (int i = 0; i < count; ++i) writer.add(numbered_new_image(i, encoding, 1));
      writer.set_identities({"a"});
      writer.finish();
      EXPECT_TRUE(verify_checksums(set).empty()) << set;
      const auto images = Dataset(set).all();
      ASSERT_EQ(images.size(), count);
      for (const int i : {0, count - 1})
        if (count > 0) {
          EXPECT_EQ(images.read_stored(i), numbered_new_image(i, encoding, 1).pixels) << set;
        }
      EXPECT_EQ(std::distance(fs::directory_iterator(set), {}), 2) << "dataset.json and the shard";
    }
}

TEST_F(Writer, LeavesNothingWhenItIsGivenUp) {
  {
    auto writer = make();
    writer.begin_client("a", 3);
    writer.add(image());
    EXPECT_FALSE(fs::exists(out())) << "the name must not appear before all is written";
    EXPECT_FALSE(fs::is_empty(folder_.path()));
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(Writer, NeverOverwrites) {
  fs::create_directory(out());
  EXPECT_THAT([&] { make(); }, ThrowsMessage<DataError>(HasSubstr("set exists already")));
}

TEST_F(Writer, TakesANameWithASlashAtItsEnd) {
  DatasetWriter(out().string() + "/", {.role = Role::collection, .size = stored_size}).finish();
  EXPECT_EQ(Dataset(out()).images(), 0);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(Writer, RefusesAClientThatLacksImages) {
  EXPECT_THAT(refusal([&] {
                auto writer = make();
                writer.begin_client("ann", 2);
                writer.add(image());
                writer.begin_client("bob", 1);
              }),
              HasSubstr("'ann' lacks 1 of its images"));
}

TEST_F(Writer, RefusesMoreImagesThanAnnounced) {
  EXPECT_THAT(refusal([&] {
                auto writer = make();
                writer.begin_client("ann", 1);
                writer.add(image());
                writer.add(image());
              }),
              HasSubstr("more images than announced were added to 'ann'"));
}

TEST_F(Writer, RefusesLabelsWithoutIdentity) {
  NewImage labelled = image();
  labelled.label = 2;
  EXPECT_THAT(refusal([&] {
                auto writer = make(Role::clients);
                writer.begin_client("ann", 1, {"x", "y"});
                writer.add(labelled);
              }),
              HasSubstr("label 2 in 'ann'"));
  EXPECT_THAT(refusal([&] {
                auto writer = make();
                writer.begin_client("ann", 1);
                writer.add(labelled);
                writer.set_identities({"x", "y"});
                writer.finish();
              }),
              HasSubstr("label 2 has no identity"));
}

TEST_F(Writer, RefusesImagesOfAnotherSize) {
  EXPECT_THAT(refusal([&] {
                auto writer = make();
                writer.begin_client("ann", 1);
                writer.add({numbered_image(0, {5, 5}).pixels});
              }),
              HasSubstr("75 bytes does not fit a dataset of 6x5 pixels"));
}

TEST_F(Writer, RefusesNamesThatAreNotUtf8) {
  EXPECT_THAT(refusal([&] {
                auto writer = make();
                writer.set_identities({"Zo\xEB"});
                writer.finish();
              }),
              HasSubstr("the name \"Zo\\xEB\" is no UTF-8 text"));
  EXPECT_THAT(refusal([&] { make().begin_client("Zo\xEB", 1); }), HasSubstr("Zo\\xEB"));
  EXPECT_THAT(refusal([&] {
                make(Role::clients).begin_client("a", 1, {"b", "Zo\xEB"});
              }),
              HasSubstr("Zo\\xEB"));
  EXPECT_THAT(refusal([&] {
                auto writer = make();
                writer.begin_client("a", 1);
                auto named = image();
                named.source_name = "Zo\xEB.jpg";
                writer.add(named);
              }),
              HasSubstr("Zo\\xEB.jpg"));
}

TEST_F(Writer, RefusesPairsThatCannotBe) {
  for (const Pair& pair :
       {Pair{0, 1, true, 0}, Pair{-1, 0, true, 0}, Pair{0, 0, true, -1}, Pair{0, 0, true, 1 << 20}})
    EXPECT_THAT(refusal([&] {
                  auto writer = make(Role::benchmark);
                  writer.begin_client("a", 1);
                  writer.add(image());
                  writer.set_identities({"a"});
                  writer.set_pairs({pair});
                  writer.finish();
                }),
                HasSubstr("a pair of the benchmark"));
}

TEST_F(Writer, TakesNamesAsTheyAreTyped) {
  for (const char* name : {"a/", "b//", "c/.", "d/./", "./e", "f/../g"}) {
    fs::create_directories(folder_ / "f");
    DatasetWriter(folder_ / name, {.role = Role::collection, .size = stored_size}).finish();
    const Dataset made(folder_ / name);
    EXPECT_EQ(made.images(), 0) << name;
    EXPECT_EQ(made.path().filename().string().size(), 1U) << name;
  }
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_EQ(entry.path().filename().string().size(), 1U) << "left behind: " << entry.path();
  for (const char* name : {".", "..", "a", "a/", "a/.", "./"})
    EXPECT_THAT([&] { DatasetWriter(folder_ / name, {.role = Role::collection, .size = stored_size}); },
                ThrowsMessage<DataError>(HasSubstr("exists already")))
        << name;
}

TEST_F(Writer, DoesNotFollowALinkToNothing) {
  fs::create_symlink("nowhere", out());
  EXPECT_THAT([&] { make(); }, ThrowsMessage<DataError>(HasSubstr("set is a link to nothing")));
}

TEST_F(Writer, TakesTheLongestNameThatAFileSystemTakes) {
  const std::string longest(255, 'n');
  DatasetWriter(folder_ / longest, {.role = Role::collection, .size = stored_size}).finish();
  EXPECT_EQ(Dataset(folder_ / longest).images(), 0);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(Writer, MakesNoFolderThatItsNameLeadsOutOfAgain) {
  EXPECT_THAT(refusal([&] {
                DatasetWriter(folder_ / "new/../set", {.role = Role::collection, .size = stored_size});
              }),
              HasSubstr("there is no folder " + (folder_ / "new").string()));
}

TEST_F(Writer, KeepsWhatItCannotRename) {
  auto writer = make();
  overwrite(out(), "somebody else's");
  std::string message;
  try {
    writer.finish();
  } catch (const DataError& e) {
    message = e.what();
  }
  EXPECT_THAT(message, HasSubstr("complete under its present name"));
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    if (entry.is_directory()) {
      EXPECT_EQ(Dataset(entry.path()).images(), 0);
    }
  EXPECT_EQ(read_text(out()), "somebody else's");
}

TEST_F(Writer, RemovesWhatAKilledProcessOfThisHostLeft) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const pid_t killed = fork();
  if (killed == 0) _exit(0);
  waitpid(killed, nullptr, 0);
  const auto partial = [&](const std::string& name, const std::string& of_host, pid_t pid) {
    const auto folder = folder_ / fmt::format("{}.partial-{}-{}", name, of_host, pid);
    fs::create_directory(folder);
    overwrite(folder / "shard_00000.h5", "half");
    return folder;
  };
  const auto left = partial("set", host.data(), killed);
  const auto of_living = partial("set", host.data(), 1);
  const auto of_another_host = partial("set", "elsewhere", killed);
  const auto of_another_set = partial("settled", host.data(), killed);
  { auto writer = make(); }
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(of_living));
  EXPECT_TRUE(fs::exists(of_another_host));
  EXPECT_TRUE(fs::exists(of_another_set));
}

TEST_F(Writer, LeavesAFolderThatIsLockedWhateverItsNumberSays) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const pid_t killed = fork();
  if (killed == 0) _exit(0);
  waitpid(killed, nullptr, 0);
  const auto folder = folder_ / fmt::format("set.partial-{}-{}", host.data(), killed);
  fs::create_directory(folder);
  const FileDescriptor locked(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(locked.get(), LOCK_EX | LOCK_NB), 0);
  { auto writer = make(); }
  EXPECT_TRUE(fs::exists(folder)) << "a container counts its processes itself";
}

TEST_F(Writer, ReportsAFullDisk) {
  constexpr std::int64_t images = 200;
  const rlim_t pixels = static_cast<rlim_t>(images * stored_size.bytes());
  // Full while images arrive, while they are turned into the shard, and at the shard's last bytes.
  for (const rlim_t limit : {pixels / 2, pixels + 50, pixels + 6000}) {
    const std::string message = refusal([&] {
      const FileSizeLimit full(limit);
      auto writer = make();
      writer.begin_client("ann", images);
      for (std::int64_t i = 0; i < images; ++i) writer.add(image(i));
      writer.set_identities({"x"});
      writer.finish();
    });
    EXPECT_THAT(message, HasSubstr("shard_00000")) << limit;
    EXPECT_THAT(message, HasSubstr("File too large")) << limit;
  }
}

}  // namespace
}  // namespace fedfr::data
