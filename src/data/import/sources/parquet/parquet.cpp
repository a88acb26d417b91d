// Parquet: tables, as Hugging Face's datasets are handed out. A row can be read only with those around it,
// but people may lie scattered over all of the file. So it is read once from end to end, and images are put
// into a temporary file, from which they are taken in the order of the people.
#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "arrow.hpp"
#include "data/import/sources/bytes.hpp"
#include "data/import/sources/file_names.hpp"
#include "data/import/sources/image_source.hpp"
#include "data/import/sources/label_index.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/scratch_file.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "parquet_columns.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// A file that is being read.
struct Reading {
  std::uint32_t number;
  std::string name;
  std::vector<std::string> class_names;
  std::int64_t most_bytes;  ///< of images: a bomb would fill the disk
  std::int64_t row = 0;     ///< the next
};

/// By their names where classes have some.
/// @returns empty for a number that no class has, as -1, which stands for "unknown"
std::string person_of(const std::string& label, const std::vector<std::string>& names) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), number);
  if (error != std::errc{} || end != label.data() + label.size()) return label;
  if (number < 0) return {};
  if (names.empty()) return label;
  return number < std::ssize(names) ? names[static_cast<std::size_t>(number)] : std::string();
}

class ImagesOfRows final : public Bytes {
 public:
  explicit ImagesOfRows(const fs::path& scratch) : file_(scratch) {}
  void add(std::string_view image) { file_.add(image); }
  std::int64_t size() const override { return static_cast<std::int64_t>(file_.size()); }
  std::string name() const override { return "the temporary file"; }
  void read(std::int64_t offset, std::span<std::byte> out) const override {
    file_.read(static_cast<std::uint64_t>(offset), out);
  }

 private:
  ScratchFile file_;
};

class ParquetSource final : public ImageSource {
 public:
  ParquetSource(SourcePaths files, const fs::path& scratch, std::string image_field, std::string label_field)
      : files_(std::move(files)),
        image_field_(std::move(image_field)),
        label_field_(std::move(label_field)),
        images_(scratch),
        found_(scratch) {}

  std::vector<std::string> index(SourceNotes& notes) override {
    for (std::size_t i = 0; i < files_.size(); ++i) look_through(static_cast<std::uint32_t>(i), notes);
    return found_.sort();
  }
  std::int64_t images() const override { return found_.images(); }
  bool next(IndexedImage& image, SourceNotes& /*notes*/) override { return found_.next(image); }

  std::span<const std::byte> read(const IndexedImage& image, Window& window) const override {
    return window.get(images_, static_cast<std::int64_t>(image.place), image.bytes);
  }
  std::string image_name(const IndexedImage& image) const override { return image.name; }
  std::string where(const IndexedImage& image) const override {
    return fmt::format("{}, row {}", printable(files_[image.file].string()), image.number);
  }

 private:
  void look_through(std::uint32_t number, SourceNotes& notes) {
    const FileBytes bytes(files_[number]);
    const ParquetBytes input{bytes.size(),
                             [&](std::int64_t offset, std::span<std::byte> out) { bytes.read(offset, out); }};
    constexpr std::int64_t small = std::int64_t{64} << 20;
    Reading reading{number, bytes.name(), {}, images_.size() + 100 * bytes.size() + small};
    std::string place = reading.name;
    try {
      const auto file = open_parquet(input);
      if (file->rows() > std::numeric_limits<std::uint32_t>::max())
        throw DataError("{} has {} rows: split it into files of fewer", place, file->rows());
      const auto all = file->columns();
      const auto columns = choose_columns(all, image_field_, label_field_, place);
      take_class_names(*file, all[columns.label].name, reading, notes);
      ProgressBar bar("look through", file->rows());
      for (int group = 0; group < file->row_groups(); ++group) {
        place = fmt::format("{}, row group {}", reading.name, group);
        file->read(group, columns.image, columns.label, [&](const ParquetRow& row) {
          if (auto trouble = take(row, reading); !trouble.empty())
            notes.note_bad(fmt::format("{}, row {}: {}", reading.name, reading.row, trouble));
          bar.set(++reading.row);
        });
      }
    } catch (const Error&) {
      throw;
    } catch (const std::exception& e) {
      throw DataError("{}, near row {}: {}", place, reading.row, printable(e.what()));
    }
    rows_before_ += reading.row;
  }

  static void take_class_names(const ParquetFile& file, const std::string& column, Reading& reading,
                               SourceNotes& notes) {
    try {
      reading.class_names = class_names(file.metadata("huggingface"), column);
    } catch (const nlohmann::json::exception& e) {
      notes.remark(fmt::format("{}: what it says of its classes cannot be read: {}", reading.name,
                               printable(e.what())));
    }
  }

  /// @returns what is wrong with a row; empty if nothing is
  std::string take(const ParquetRow& row, const Reading& reading) {
    if (!row.image || row.image->empty())
      return row.path.empty() ? "it has no image"
                              : fmt::format("it has no image, only the path {}", printable(row.path));
    if (row.image->size() > most_bytes_of_image) return "its image has more bytes than any image";
    if (images_.size() > reading.most_bytes)
      throw DataError("{}, row {}: its images have 100 times the bytes of the file: it is made to fill disks",
                      reading.name, reading.row);
    if (!row.label || row.label->empty()) return "it has no label";
    const auto person = person_of(*row.label, reading.class_names);
    if (person.empty()) return fmt::format("its label {} is that of no class", printable(*row.label));
    auto name = std::string(row.path.substr(row.path.find_last_of("/\\") + 1));
    if (name.empty())
      name =
          fmt::format("{}.{}", rows_before_ + reading.row, row.image->starts_with("\x89PNG") ? "png" : "jpg");
    for (const auto& text : {name, person})
      if (const auto trouble = trouble_with_name(text)) return *trouble;
    if (name.size() > std::numeric_limits<std::uint16_t>::max()) return "its path is too long";
    found_.add(person, {.file = reading.number,
                        .place = static_cast<std::uint64_t>(images_.size()),
                        .bytes = static_cast<std::uint32_t>(row.image->size()),
                        .number = static_cast<std::uint64_t>(reading.row),
                        .name = name});
    images_.add(*row.image);
    return {};
  }

  SourcePaths files_;
  std::string image_field_, label_field_;
  ImagesOfRows images_;
  LabelIndex found_;
  std::int64_t rows_before_ = 0;  // of the files that were read
};

}  // namespace

std::unique_ptr<ImageSource> parquet_source(const SourcePaths& files, const fs::path& scratch,
                                            const ImportOptions& options) {
  return std::make_unique<ParquetSource>(files, scratch, options.image_field, options.label_field);
}

}  // namespace fedfr::data
