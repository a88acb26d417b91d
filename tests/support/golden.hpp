#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Access to the golden files: numbers of the method's released program, which live outside the repository.
namespace fedfr::test {

std::filesystem::path golden_folder();  ///< FEDFR_GOLDEN_DIR, default ../shared/golden
std::filesystem::path lfw_folder();     ///< FEDFR_LFW_DIR, default ../shared/data/lfw

/// First line of a golden test: skips it, loudly, where the folder is missing.
#define FEDFR_NEEDS_GOLDEN(file)                                       \
  if (!std::filesystem::exists(fedfr::test::golden_folder() / (file))) \
  GTEST_SKIP() << "NEEDS " << (fedfr::test::golden_folder() / (file)).string() << ": set FEDFR_GOLDEN_DIR"
#define FEDFR_NEEDS_LFW()                                                 \
  if (!std::filesystem::exists(fedfr::test::lfw_folder() / "lfw112.tar")) \
  GTEST_SKIP() << "NEEDS " << (fedfr::test::lfw_folder() / "lfw112.tar").string() << ": set FEDFR_LFW_DIR"

/// One HDF5 file, read by absolute data-set names such as "small/logits".
class GoldenFile {
 public:
  explicit GoldenFile(const std::string& file_name);
  GoldenFile(const GoldenFile&) = delete;
  GoldenFile& operator=(const GoldenFile&) = delete;
  ~GoldenFile();

  bool has(const std::string& name) const;
  std::vector<std::int64_t> shape(const std::string& name) const;
  std::vector<float> floats(const std::string& name) const;
  std::vector<double> doubles(const std::string& name) const;
  std::vector<std::int64_t> ints(const std::string& name) const;
  std::vector<std::uint64_t> seeds(const std::string& name) const;
  std::vector<std::uint8_t> bytes(const std::string& name) const;
  std::vector<std::string> strings(const std::string& name) const;
  std::vector<std::string> children(const std::string& group) const;  ///< sorted names
  double number(const std::string& object, const std::string& attribute) const;
  std::string text(const std::string& object, const std::string& attribute) const;

 private:
  std::int64_t file_;
};

/// The formula that defines model weights in the golden files (see their README): fills `out` with
/// fl32(offset + fl32(scale * u)).
void formula_fill(std::uint64_t seed, std::uint64_t tensor_index, float scale, float offset,
                  std::span<float> out);

/// max |a - b| / max |b|; infinite when the sizes differ.
double relative_error(std::span<const float> actual, std::span<const float> expected);
double relative_error(double actual, double expected);

/// The raw bytes of members of an uncompressed tar file by base name ("Aaron_Eckhart_0001.jpg").
class TarFile {
 public:
  explicit TarFile(const std::filesystem::path& path);
  std::vector<std::byte> read(const std::string& base_name) const;
  std::vector<std::string> names() const;  ///< full member names of files

 private:
  struct Member {
    std::string name;
    std::int64_t offset;
    std::int64_t size;
  };
  std::filesystem::path path_;
  std::vector<Member> members_;
};

}  // namespace fedfr::test
