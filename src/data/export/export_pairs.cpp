// A pickle of protocol 3 needs a dozen opcodes for bytes and truth values in lists, and every Python 3 reads
// it. Images that several pairs have are written once and fetched again. Source: Python's pickletools module.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/data/export/export.hpp"
#include "image_files.hpp"

namespace fedfr::data {

namespace {

constexpr std::string_view protocol = "\x80\x03";
constexpr char empty_list = ']', mark = '(', append_all = 'e', two_in_a_tuple = '\x86', stop = '.';
constexpr char bytes = 'B', put = 'r', get = 'j', true_ = '\x88', false_ = '\x89';

std::string with_number(char opcode, std::size_t number) {
  const auto low = static_cast<std::uint32_t>(number);
  std::string text(1, opcode);
  return text.append(reinterpret_cast<const char*>(&low), sizeof low);
}

/// Whether ten folds of consecutive pairs, as InsightFace makes them, are these.
bool are_ten_even_folds(const std::vector<Pair>& pairs) {
  const auto count = std::ssize(pairs);
  for (std::int64_t i = 0; i < count; ++i)
    if (count % 10 != 0 || pairs[static_cast<std::size_t>(i)].fold != i / (count / 10)) return false;
  return true;
}

}  // namespace

ExportReport export_pairs(const Dataset& benchmark, const std::filesystem::path& output,
                          const ExportOptions& options) {
  auto pairs = benchmark.pairs();
  if (pairs.empty())
    throw DataError("{} has no pairs: only benchmarks are exported as .bin", benchmark.path().string());
  std::ranges::stable_sort(pairs, {}, &Pair::fold);
  ExportReport report{.identities = benchmark.identities(), .pairs = std::ssize(pairs)};
  if (!are_ten_even_folds(pairs))
    report.remarks.emplace_back(
        "such a file has no folds: InsightFace makes ten of consecutive pairs, which are not those of the "
        "benchmark");
  OutputFile file(output);
  const auto images = benchmark.all();
  std::unordered_set<std::int64_t> written;
  file.write(protocol);
  file.write(std::string{empty_list, mark});
  ProgressBar bar("export", report.pairs);
  for (const auto& pair : pairs) {
    for (const auto image : {pair.first, pair.second}) {
      const auto number = static_cast<std::size_t>(image);
      if (!written.insert(image).second) {
        file.write(with_number(get, number));
        continue;
      }
      const auto encoded = file_of(images, image, options);
      if (encoded.size() > UINT32_MAX) throw DataError("image {} has too many bytes for a pickle", image);
      file.write(with_number(bytes, encoded.size()));
      file.write(std::as_bytes(std::span(encoded)));
      file.write(with_number(put, number));
    }
    bar.advance();
  }
  std::string flags{append_all, empty_list, mark};
  for (const auto& pair : pairs) flags += pair.genuine ? true_ : false_;
  file.write(flags + append_all + two_in_a_tuple + stop);
  file.commit();
  report.images = std::ssize(written);
  return report;
}

}  // namespace fedfr::data
