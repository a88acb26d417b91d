#include "fedfr/core/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "fedfr/core/error.hpp"

namespace fedfr {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// TMPDIR for a scope.
class TmpDir {
 public:
  explicit TmpDir(const char* value) : before_(temporary_place()) { ::setenv("TMPDIR", value, 1); }
  ~TmpDir() { ::setenv("TMPDIR", before_.c_str(), 1); }

 private:
  std::filesystem::path before_;
};

TEST(TemporaryFolder, IsRemovedWithItsContents) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder("fedfr-test");
    path = folder.path();
    EXPECT_EQ(path.parent_path(), temporary_place());
    std::filesystem::create_directory(path / "inside");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolder, AMissingTmpdirIsNamedWithAdvice) {
  const TmpDir missing("/no/such/place");
  EXPECT_THAT([] { TemporaryFolder("fedfr-test"); },
              ThrowsMessage<DataError>(testing::AllOf(HasSubstr("/no/such/place"), HasSubstr("set TMPDIR"))));
}

TEST(TemporaryPlace, AnEmptyTmpdirMeansNone) {
  const TmpDir empty("");
  EXPECT_EQ(temporary_place(), "/tmp");
}

}  // namespace
}  // namespace fedfr
