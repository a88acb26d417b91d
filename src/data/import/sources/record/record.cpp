// People of MXNet's record files have numbers for names: the label of an image, or which of the header's
// ranges of keys it is in. All files that are imported at once number the same people.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/import/sources/file_names.hpp"
#include "data/import/sources/image_source.hpp"
#include "data/import/sources/label_index.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "record_identities.hpp"
#include "record_io.hpp"
#include "record_set.hpp"
#include "waiting_records.hpp"

namespace fedfr::data {

namespace {

/// The largest label that can be: of numbers that floats hold, and of people that a collection can have.
constexpr float most_identities = 2147483648.0F;

/// Of a record that is to be read in one piece; 0 where that would be larger than others can be.
std::uint32_t bytes_to_read(const RecordHeader& header) {
  constexpr std::int64_t most = std::int64_t{1} << 30;
  return header.bytes <= most ? static_cast<std::uint32_t>(header.bytes) : 0U;
}

class RecordSource final : public ImageSource {
 public:
  RecordSource(const SourcePaths& files, const std::filesystem::path& scratch)
      : paths_(files), scratch_(scratch), found_(scratch) {
    for (const auto& file : files) files_.push_back(std::make_unique<FileBytes>(file, files.size()));
  }

  std::vector<std::string> index(SourceNotes& notes) override {
    for (std::size_t i = 0; i < files_.size(); ++i) look_through(static_cast<std::uint32_t>(i), notes);
    auto names = found_.sort();
    const auto promised = files_.size() == 1 ? promised_identities(paths_.front()) : -1;
    if (promised >= 0 && promised != std::ssize(names))
      notes.remark(fmt::format("{} has {} people, but the file property beside it says {}",
                               files_.front()->name(), names.size(), promised));
    return names;
  }
  std::int64_t images() const override { return found_.images(); }
  bool next(IndexedImage& image, SourceNotes& /*notes*/) override { return found_.next(image); }

  std::span<const std::byte> read(const IndexedImage& image, Window& window) const override {
    const auto& file = *files_[image.file];
    const auto offset = static_cast<std::int64_t>(image.place);
    if (const auto whole = image_of_whole_record(window.get(file, offset, image.bytes))) return *whole;
    return window.hold(RecordReader(file).read_image(offset));
  }
  std::string image_name(const IndexedImage& image) const override {
    return image.name.empty() ? fmt::format("{}.jpg", image.number) : image.name;
  }
  std::string where(const IndexedImage& image) const override {
    return where(image.file, image.number, static_cast<std::int64_t>(image.place));
  }

 private:
  std::string where(std::uint32_t file, std::uint64_t key, std::int64_t offset) const {
    return fmt::format("{}, record with key {} at offset {}", files_[file]->name(), key, offset);
  }

  void look_through(std::uint32_t file, SourceNotes& notes) {
    const auto& bytes = *files_[file];
    const ReadAhead ahead(bytes);
    RecordReader reader(ahead);
    RecordKeys keys(paths_[file], scratch_);
    RecordIdentities ranges(bytes.name());
    RecordNames names(paths_[file], scratch_);
    WaitingRecords waiting(scratch_);
    ProgressBar bar("look through", bytes.size());
    while (const auto header = reader.next()) {
      std::uint64_t key = header->id;
      if (keys.exists() && !keys.find(header->offset, key)) {
        notes.leave_out(
            "record that the .idx does not list",
            fmt::format("{}, record {} at offset {}", bytes.name(), header->number, header->offset));
        continue;
      }
      bar.set(header->offset);
      if (header->image_bytes == 0)
        ranges.add(key, *header);
      else
        waiting.add({key, header->offset, header->label[0], bytes_to_read(*header)});
    }
    keys.check_all_were_found();
    ranges.resolve();
    if (!ranges.remark().empty()) notes.remark(ranges.remark());
    // Programs that number nothing write the same number into every record.
    if (!keys.exists() && !ranges.has_ranges() && waiting.have_twins()) waiting.number_anew();
    identify(file, waiting, ranges, names, notes);
  }

  /// Finds the person of each image; images of nobody are left out.
  void identify(std::uint32_t file, const WaitingRecords& records, const RecordIdentities& ranges,
                RecordNames& names, SourceNotes& notes) {
    std::int64_t other_labels = 0;
    TextSorter by_key(scratch_);  // where there are names, which are looked up in this order
    records.for_each([&](const WaitingRecord& record) {
      const auto& [key, offset, label, bytes] = record;
      const bool is_number = label >= 0 && label < most_identities && label == std::floor(label);
      auto identity = ranges.find(key);
      if (ranges.has_ranges() && !identity)
        return notes.leave_out("image with a key in nobody's range", where(file, key, offset));
      if (!ranges.has_ranges() && !is_number)
        return notes.note_bad(
            fmt::format("{}: its label {} is no number of a person", where(file, key, offset), label));
      if (!identity) identity = static_cast<std::uint32_t>(label);
      other_labels += static_cast<float>(*identity) != label ? 1 : 0;
      IndexedImage image{.identity = *identity,
                         .file = file,
                         .place = static_cast<std::uint64_t>(offset),
                         .bytes = bytes,
                         .number = key};
      if (names.exist())
        by_key.add(ordered_bytes(key) + ordered_bytes(image.place) + ordered_bytes(image.bytes) +
                   ordered_bytes(image.identity));
      else
        take(std::move(image));
    });
    for (std::string_view text; by_key.next(text);) {
      IndexedImage image{.file = file};
      image.number = take_ordered<std::uint64_t>(text);
      image.place = take_ordered<std::uint64_t>(text);
      image.bytes = take_ordered<std::uint32_t>(text);
      image.identity = take_ordered<std::uint32_t>(text);
      image.name = names.find(image.number);
      take(std::move(image));
    }
    if (other_labels > 0)
      notes.remark(
          fmt::format("{}: {} images have another label than the number of the header's range that their key "
                      "is in; the ranges "
                      "are used",
                      files_[file]->name(), other_labels));
  }

  /// @param image  whose identity is the number that people are called by
  void take(IndexedImage image) {
    const auto label = std::to_string(image.identity);
    const auto order = ordered_bytes(image.file) + ordered_bytes(image.number);
    found_.add(label, std::move(image), order);
  }

  SourcePaths paths_;
  std::filesystem::path scratch_;
  std::vector<std::unique_ptr<FileBytes>> files_;
  LabelIndex found_;
};

}  // namespace

std::unique_ptr<ImageSource> record_source(const SourcePaths& files, const std::filesystem::path& scratch) {
  return std::make_unique<RecordSource>(files, scratch);
}

}  // namespace fedfr::data
