// What an import holds in memory must not grow with the number of images: found out by processes that import
// a set and one of four times as many images, since a process's peak never falls.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "fedfr/core/file.hpp"
#include "import_test.hpp"
#include "records.hpp"

namespace fedfr::data {
namespace {

using namespace test;
namespace fs = std::filesystem;

#if defined(__has_feature)
constexpr bool is_sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/// The peak of a process that does nothing else, in MB.
double peak_memory_of(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      work();
      code = 0;
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
    }
    ::_exit(code);
  }
  int status = 0;
  rusage usage{};
  EXPECT_EQ(::wait4(child, &status, 0, &usage), child);
  EXPECT_EQ(status, 0);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

/// Tiny images of 50 people, shuffled, and all equal.
fs::path write_records(const fs::path& file, int images) {
  const auto picture = file.parent_path() / "one.png";
  write_png(picture, numbered_image(1, {1, 1}));
  const std::string image = read_text(picture);
  std::ofstream out(file, std::ios::binary);
  for (int i = 0; i < images; ++i)
    out << image_record({static_cast<float>(std::int64_t{i} * 7919 % 50)}, static_cast<std::uint64_t>(i),
                        image);
  return file;
}

TEST(ImportMemory, DoesNotGrowWithTheNumberOfImages) {
  if (is_sanitized) GTEST_SKIP() << "the sanitizer keeps memory of its own";
  const fedfr::test::TempFolder folder;
  const auto peak = [&](int images) {
    const auto source = write_records(folder / fmt::format("{}.rec", images), images);
    return peak_memory_of([&] {
      const auto report = import_images(std::span(&source, 1), folder / fmt::format("{}", images),
                                        {.encoding = Encoding::jpeg, .decode = false});
      if (report.images != images) throw DataError("only {} images", report.images);
    });
  };
  const double some = peak(200'000);
  const double four_times_as_many = peak(800'000);
  constexpr double pieces_of_fixed_size = 25;  // which fewer images did not fill
  EXPECT_LT(four_times_as_many, some + pieces_of_fixed_size) << "in MB";
}

}  // namespace
}  // namespace fedfr::data
