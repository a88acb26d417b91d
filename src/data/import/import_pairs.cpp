#include "import_pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "load.hpp"
#include "pair_set.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// The largest sets of the field have some hundred megabytes; all of one is held.
constexpr std::size_t most_bytes_of_set = std::size_t{1} << 34U;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Who is who, as far as genuine pairs tell (union by the smaller number, with halved paths: Tarjan, JACM 1975).
class People {
 public:
  explicit People(std::size_t images) : parent_(images) {
    std::iota(parent_.begin(), parent_.end(), std::int64_t{0});
  }
  std::int64_t find(std::int64_t image) {
    while (parent_[at(image)] != image) image = parent_[at(image)] = parent_[at(parent_[at(image)])];
    return image;
  }
  void join(std::int64_t one, std::int64_t other) {
    const auto [low, high] = std::minmax(find(one), find(other));
    parent_[at(high)] = low;
  }

 private:
  std::vector<std::int64_t> parent_;
};

class PairImport {
 public:
  PairImport(const PairSet& set, std::string name, const ImportOptions& options)
      : set_(set), name_(std::move(name)), options_(options) {
    report_.format = SourceFormat::pair_set;
  }

  ImportReport write(const fs::path& output) {
    find_equal_images();
    load_images();
    choose_pairs();
    write_benchmark(output);
    return std::move(report_);
  }

 private:
  /// Sets for each image the first one that is equal.
  void find_equal_images() {
    std::unordered_multimap<std::uint64_t, std::int64_t> known;
    for (std::int64_t i = 0; i < set_.images(); ++i) {
      const auto bytes = set_.bytes_of(i);
      const auto hash = hash64(std::as_bytes(std::span(bytes)));
      const auto [begin, end] = known.equal_range(hash);
      const auto equal =
          std::find_if(begin, end, [&](const auto& entry) { return set_.bytes_of(entry.second) == bytes; });
      first_.push_back(equal == end ? i : equal->second);
      if (equal == end) known.emplace(hash, i);
    }
  }

  void load_images() {
    candidates_.resize(at(set_.images()));
    ProgressBar bar("import", set_.images());
    parallel_for(candidates_.size(), options_.threads, [&](std::size_t i) {
      if (first_[i] == static_cast<std::int64_t>(i)) candidates_[i] = load(static_cast<std::int64_t>(i));
    });
    for (const auto& candidate : candidates_) {
      if (candidate.where.empty() || !candidate.trouble.empty()) continue;
      size_ = candidate.size;
      break;
    }
    for (auto& candidate : candidates_) {
      if (candidate.trouble.empty() && !candidate.where.empty() && candidate.size != size_)
        candidate.trouble = fmt::format("it has {}x{} pixels, not {}x{}: --resize HxW makes them equal",
                                        candidate.size.height, candidate.size.width, size_.height, size_.width);
      if (!candidate.trouble.empty()) report_.bad.push_back(candidate.where + ": " + candidate.trouble);
    }
    if (!report_.bad.empty() && !options_.skip_bad)
      throw DataError("{} image(s) cannot be imported (--skip-bad leaves out their pairs):\n  {}", report_.bad.size(),
                      report_.bad.front());
  }

  Candidate load(std::int64_t i) const {
    Candidate loaded{.name = fmt::format("{:05}.jpg", i), .where = fmt::format("{}, image {}", name_, i)};
    try {
      if (set_.is_pixels(i))
        keep_pixels(set_.pixels_of(i), options_, loaded);
      else
        keep_file(set_.bytes_of(i), std::nullopt, options_, loaded);
    } catch (const DataError& e) {
      loaded.trouble = e.what();
    }
    return loaded;
  }

  void choose_pairs() {
    const auto count = std::ssize(set_.same());
    constexpr std::int64_t folds = 10;
    People people(candidates_.size());
    std::int64_t contradictions = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const Pair pair{first_[at(2 * i)], first_[at(2 * i + 1)], set_.same()[at(i)], fold_of(i, count, folds)};
      if (!candidates_[at(pair.first)].trouble.empty() || !candidates_[at(pair.second)].trouble.empty()) continue;
      if (pair.genuine) people.join(pair.first, pair.second);
      pairs_.push_back(pair);
    }
    if (pairs_.empty()) throw DataError("{}: there are no pairs", name_);
    for (const auto& pair : pairs_) {
      for (const auto image : {pair.first, pair.second}) images_of_[people.find(image)].push_back(image);
      contradictions += !pair.genuine && people.find(pair.first) == people.find(pair.second) ? 1 : 0;
      ++(pair.genuine ? report_.genuine_pairs : report_.impostor_pairs);
    }
    if (contradictions > 0)
      report_.remarks.push_back(
          fmt::format("{} impostor pairs are of one image, or of people whom genuine pairs make one", contradictions));
    if (report_.impostor_pairs == 0)
      report_.remarks.push_back("all pairs are genuine: neither an accuracy nor a false accept rate can be measured");
    if (report_.genuine_pairs == 0) report_.remarks.push_back("no pair is genuine");
  }

  /// As scikit-learn's KFold without shuffling, which InsightFace uses: the first folds are longer by one.
  static int fold_of(std::int64_t pair, std::int64_t count, std::int64_t folds) {
    if (count < folds) return 0;
    const auto longer = count % folds, length = count / folds;
    const auto in_longer = longer * (length + 1);
    return static_cast<int>(pair < in_longer ? pair / (length + 1) : longer + (pair - in_longer) / length);
  }

  void write_benchmark(const fs::path& output) {
    DatasetWriter writer(output, {.role = Role::benchmark, .size = size_, .encoding = options_.encoding});
    std::unordered_map<std::int64_t, std::int64_t> number;
    std::vector<std::string> names;
    for (auto& [person, images] : images_of_) {
      std::ranges::sort(images);
      images.erase(std::unique(images.begin(), images.end()), images.end());
      const auto label = static_cast<std::int32_t>(names.size());
      names.push_back(std::to_string(label));
      writer.begin_client(names.back(), std::ssize(images));
      for (const auto image : images) {
        number.emplace(image, std::ssize(number));
        auto& candidate = candidates_[at(image)];
        writer.add({.pixels = std::move(candidate.stored),
                    .label = label,
                    .subset = Subset::test,
                    .source_name = candidate.name});
      }
    }
    report_.identities = std::ssize(names);
    report_.images = std::ssize(number);
    writer.set_identities(std::move(names));
    for (auto& pair : pairs_) {
      pair.first = number.at(pair.first);
      pair.second = number.at(pair.second);
    }
    writer.set_pairs(std::move(pairs_));
    writer.finish();
  }

  const PairSet& set_;
  std::string name_;
  ImportOptions options_;
  ImportReport report_;
  std::vector<std::int64_t> first_;     // of the images that are equal
  std::vector<Candidate> candidates_;   // by image; empty for those that are equal to another
  ImageSize size_;                      // of the first good image
  std::vector<Pair> pairs_;             // of good images
  std::map<std::int64_t, std::vector<std::int64_t>> images_of_;  // by person
};

}  // namespace

ImportReport import_pair_set(const fs::path& file, const fs::path& output, const ImportOptions& options) {
  const std::string bytes = read_text(file, most_bytes_of_set);
  const std::string name = printable(file.string());
  std::optional<PairSet> set;
  try {
    set.emplace(std::as_bytes(std::span(bytes)));
    for (std::int64_t i = 0; i < set->images(); ++i) set->check(i);
  } catch (const DataError& e) {
    throw DataError("{}: {}", name, e.what());
  }
  return PairImport(*set, name, options).write(output);
}

}  // namespace fedfr::data
