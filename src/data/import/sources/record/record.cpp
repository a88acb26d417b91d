// People of MXNet's record files have numbers for names: the label of an image, or which of the header's
// ranges of keys it is in. All files that are imported at once number the same people.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/import/sources/file_names.hpp"
#include "data/import/sources/image_source.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "numbered_identities.hpp"
#include "record_identities.hpp"
#include "record_io.hpp"
#include "record_set.hpp"

namespace fedfr::data {

namespace {

/// The largest label that can be: of numbers that floats hold, and of people that a collection can have.
constexpr float most_identities = 2147483648.0F;

struct Entry {
  std::int64_t offset;
  std::uint64_t key;
};

class RecordSource final : public ImageSource {
 public:
  explicit RecordSource(const SourcePaths& files) : paths_(files) {
    for (const auto& file : files) files_.push_back(std::make_unique<FileBytes>(file, files.size()));
  }

  SourceIndex index() override {
    SourceIndex index;
    for (std::size_t i = 0; i < files_.size(); ++i) look_through(static_cast<std::uint32_t>(i), index);
    number_identities(index);
    const auto promised = files_.size() == 1 ? promised_identities(paths_.front()) : -1;
    if (promised >= 0 && promised != std::ssize(index.identities))
      index.remarks.push_back(fmt::format("{} has {} people, but the file property beside it says {}",
                                          files_.front()->name(), index.identities.size(), promised));
    return index;
  }

  std::string read(const IndexedImage& image) const override {
    return RecordReader(*files_[image.file]).read_image(entries_[image.place].offset);
  }
  std::string image_name(const IndexedImage& image) const override {
    const auto key = entries_[image.place].key;
    const auto listed = names_[image.file].find(key);
    return listed.empty() ? fmt::format("{}.jpg", key) : std::string(listed);
  }
  std::string where(const IndexedImage& image) const override {
    const auto& entry = entries_[image.place];
    return fmt::format("{}, record with key {} at offset {}", files_[image.file]->name(), entry.key,
                       entry.offset);
  }

 private:
  void look_through(std::uint32_t file, SourceIndex& index) {
    const auto& bytes = *files_[file];
    RecordReader reader(bytes);
    RecordKeys keys(paths_[file]);
    RecordIdentities ranges(bytes.name());
    names_.emplace_back(paths_[file]);
    const auto first = index.images.size();
    std::vector<float> labels;
    bool ids_rise = true;
    ProgressBar bar("look through", bytes.size());
    while (const auto header = reader.next()) {
      std::uint64_t key = header->id;
      if (keys.exists() && !keys.find(header->offset, key)) {
        leave_out(index, "record that the .idx does not list", file, *header);
        continue;
      }
      bar.set(header->offset);
      if (header->image_bytes == 0) {
        ranges.add(key, *header);
        continue;
      }
      ids_rise &= labels.empty() || key > entries_.back().key;
      index.images.push_back({entries_.size(), 0, file});
      entries_.push_back({header->offset, key});
      labels.push_back(header->label[0]);
    }
    keys.check_all_were_found();
    ranges.resolve();
    if (!ranges.remark().empty()) index.remarks.push_back(ranges.remark());
    const std::span images = std::span(index.images).subspan(first);
    // Programs that number nothing write the same number into every record.
    if (!keys.exists() && !ids_rise && !ranges.has_ranges() && have_twins(images))
      for (std::size_t i = 0; i < images.size(); ++i) entries_[images[i].place].key = i;
    identify(file, images, labels, ranges, index);
  }

  bool have_twins(std::span<const IndexedImage> images) const {
    std::vector<std::uint64_t> all;
    for (const auto& image : images) all.push_back(entries_[image.place].key);
    std::ranges::sort(all);
    return std::ranges::adjacent_find(all) != all.end();
  }

  /// Sets the number of each image's person; images of nobody are taken out.
  void identify(std::uint32_t file, std::span<IndexedImage> images, std::span<const float> labels,
                const RecordIdentities& ranges, SourceIndex& index) {
    std::int64_t other_labels = 0;
    const auto first = static_cast<std::size_t>(images.data() - index.images.data());
    std::size_t kept = first;
    for (std::size_t i = 0; i < images.size(); ++i) {
      const float label = labels[i];
      const bool is_number = label >= 0 && label < most_identities && label == std::floor(label);
      auto identity = ranges.find(entries_[images[i].place].key);
      if (ranges.has_ranges() && !identity) {
        index.left_out.push_back({"image with a key in nobody's range", where(images[i])});
        continue;
      }
      if (!ranges.has_ranges() && !is_number) {
        index.bad.push_back(
            fmt::format("{}: its label {} is no number of a person", where(images[i]), label));
        continue;
      }
      if (!identity) identity = static_cast<std::uint32_t>(label);
      other_labels += static_cast<float>(*identity) != label ? 1 : 0;
      images[i].identity = *identity;
      index.images[kept++] = images[i];
    }
    index.images.resize(kept);
    if (other_labels > 0)
      index.remarks.push_back(
          fmt::format("{}: {} images have another label than the number of the header's range that their key "
                      "is in; the ranges "
                      "are used",
                      files_[file]->name(), other_labels));
  }

  void number_identities(SourceIndex& index) {
    std::ranges::stable_sort(index.images, {}, [&](const IndexedImage& image) {
      return std::pair(image.file, entries_[image.place].key);
    });
    index.identities = number_identities_by_label(index.images);
  }

  void leave_out(SourceIndex& index, const char* why, std::uint32_t file, const RecordHeader& header) const {
    index.left_out.push_back(
        {why, fmt::format("{}, record {} at offset {}", files_[file]->name(), header.number, header.offset)});
  }

  SourcePaths paths_;
  std::vector<std::unique_ptr<FileBytes>> files_;
  std::vector<RecordNames> names_;  // of each file
  std::vector<Entry> entries_;
};

}  // namespace

std::unique_ptr<ImageSource> record_source(const SourcePaths& files) {
  return std::make_unique<RecordSource>(files);
}

}  // namespace fedfr::data
