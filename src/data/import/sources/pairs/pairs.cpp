// InsightFace's verification sets name nobody: people are whom genuine pairs connect, and have numbers for
// names. Equal images, of which such sets have many, are one image.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "data/codec/formats.hpp"
#include "data/import/sources/image_source.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/disjoint_sets.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"
#include "pair_set.hpp"

namespace fedfr::data {

namespace {

/// The largest sets of the field have some hundred megabytes; all of one is held.
constexpr std::size_t most_bytes_of_set = std::size_t{1} << 34U;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// As scikit-learn's KFold without shuffling, which InsightFace uses: the first folds are longer by one.
int fold_of(std::int64_t pair, std::int64_t count) {
  constexpr std::int64_t folds = 10;
  if (count < folds) return 0;
  const auto longer = count % folds, length = count / folds;
  const auto in_longer = longer * (length + 1);
  return static_cast<int>(pair < in_longer ? pair / (length + 1) : longer + (pair - in_longer) / length);
}

class PairSource final : public ImageSource {
 public:
  PairSource(const std::filesystem::path& file, const std::filesystem::path& scratch)
      : name_(printable(file.string())), bytes_(read_text(file, most_bytes_of_set)), found_(scratch) {
    try {
      set_.emplace(std::as_bytes(std::span(bytes_)));
      for (std::int64_t i = 0; i < set_->images(); ++i) set_->check(i);
    } catch (const DataError& e) {
      throw DataError("{}: {}", name_, e.what());
    }
  }

  std::vector<std::string> index(SourceNotes& notes) override {
    const auto first = first_of_equals();
    const auto count = std::ssize(set_->same());
    DisjointSets people(at(set_->images()));  // who is who
    for (std::int64_t i = 0; i < count; ++i) {
      pairs_.push_back({first[at(2 * i)], first[at(2 * i + 1)], set_->same()[at(i)], fold_of(i, count)});
      if (pairs_.back().genuine) people.join(at(pairs_.back().first), at(pairs_.back().second));
    }
    std::vector<std::string> names;
    std::vector<std::uint32_t> person(at(set_->images()));
    for (std::int64_t i = 0; i < set_->images(); ++i) {
      if (first[at(i)] != i) continue;
      if (people.find(at(i)) == at(i)) {
        person[at(i)] = static_cast<std::uint32_t>(names.size());
        names.push_back(std::to_string(names.size()));
      }
      found_.add({.identity = person[people.find(at(i))], .place = static_cast<std::uint64_t>(i)});
    }
    std::vector<std::uint32_t> rank(names.size());
    std::iota(rank.begin(), rank.end(), 0U);
    found_.sort(rank);
    note_kinds(notes, people);
    return names;
  }
  std::int64_t images() const override { return found_.size(); }
  bool next(IndexedImage& image, SourceNotes& /*notes*/) override { return found_.next(image); }

  std::span<const std::byte> read(const IndexedImage& image, Window& window) const override {
    const auto i = static_cast<std::int64_t>(image.place);
    if (!set_->is_pixels(i)) return window.hold(set_->bytes_of(i));
    const auto file = encode_png(set_->pixels_of(i));
    return window.hold({file.begin(), file.end()});
  }
  std::string image_name(const IndexedImage& image) const override {
    return fmt::format("{:05}.jpg", image.place);
  }
  std::string where(const IndexedImage& image) const override {
    return fmt::format("{}, image {}", name_, image.place);
  }
  std::vector<Pair> pairs() const override { return pairs_; }

 private:
  /// For each image the first one that is equal.
  std::vector<std::int64_t> first_of_equals() const {
    std::vector<std::int64_t> first;
    std::unordered_multimap<std::uint64_t, std::int64_t> known;
    for (std::int64_t i = 0; i < set_->images(); ++i) {
      const auto bytes = set_->bytes_of(i);
      const auto hash = hash64(std::as_bytes(std::span(bytes)));
      const auto [begin, end] = known.equal_range(hash);
      const auto equal =
          std::find_if(begin, end, [&](const auto& entry) { return set_->bytes_of(entry.second) == bytes; });
      first.push_back(equal == end ? i : equal->second);
      if (equal == end) known.emplace(hash, i);
    }
    return first;
  }

  void note_kinds(SourceNotes& notes, DisjointSets& people) const {
    std::int64_t genuine = 0, contradictions = 0;
    for (const auto& pair : pairs_) {
      genuine += pair.genuine ? 1 : 0;
      contradictions += !pair.genuine && people.find(at(pair.first)) == people.find(at(pair.second)) ? 1 : 0;
    }
    if (genuine == std::ssize(pairs_))
      notes.remark(fmt::format(
          "{}: all pairs are genuine: neither an accuracy nor a false accept rate can be measured", name_));
    if (genuine == 0) notes.remark(fmt::format("{}: no pair is genuine", name_));
    if (contradictions > 0)
      notes.remark(
          fmt::format("{}: {} impostor pairs are of one image, or of people whom genuine pairs make one",
                      name_, contradictions));
  }

  std::string name_;
  std::string bytes_;
  std::optional<PairSet> set_;
  std::vector<Pair> pairs_;
  ImageSorter found_;
};

}  // namespace

std::unique_ptr<ImageSource> pair_source(const std::filesystem::path& file,
                                         const std::filesystem::path& scratch) {
  return std::make_unique<PairSource>(file, scratch);
}

}  // namespace fedfr::data
