// WebDataset shards: tar files in which members of one name up to its first dot are one sample, KEY.jpg with
// its label in KEY.cls or KEY.json, one behind the other.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "data/import/sources/file_names.hpp"
#include "data/import/sources/image_source.hpp"
#include "data/import/sources/label_index.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "tar_file.hpp"

namespace fedfr::data {

namespace {

constexpr std::uint64_t most_bytes_of_label = std::uint64_t{1} << 20U;

/// Where the key of a sample ends: at the first dot of the last name.
std::size_t key_end(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::min(path.find('.', slash == std::string_view::npos ? 0 : slash + 1), path.size());
}

bool is_label(std::string_view path) {
  const auto type = lower_case(path.substr(key_end(path)));
  return type == ".cls" || type == ".json";
}

std::string text_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return json_text(value);
  return {};
}

/// The label in a sample's JSON: the value itself, or what it has under the name.
std::string label_in_json(const std::string& text, const std::string& field) {
  const auto json = parse_json(text);
  if (!json.is_object()) return text_of(json);
  if (!field.empty()) return json.contains(field) ? text_of(json.at(field)) : std::string();
  for (const auto name : usual_label_fields)
    if (json.contains(name)) return text_of(json.at(name));
  return {};
}

class WebDatasetSource final : public ImageSource {
 public:
  WebDatasetSource(std::vector<TarFile> files, const std::filesystem::path& scratch, std::string label_field)
      : files_(std::move(files)), field_(std::move(label_field)), found_(scratch) {}

  std::vector<std::string> index(SourceNotes& notes) override {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      sample_ = {};
      files_[i].for_each(
          [&](const TarMember& member) { return take(member, static_cast<std::uint32_t>(i), notes); },
          [&](const std::string& name, const char* why) {
            notes.leave_out(why, place(static_cast<std::uint32_t>(i), name));
          });
      finish_sample(static_cast<std::uint32_t>(i), notes);
    }
    return found_.sort();
  }
  std::int64_t images() const override { return found_.images(); }
  bool next(IndexedImage& image, SourceNotes& /*notes*/) override { return found_.next(image); }

  std::span<const std::byte> read(const IndexedImage& image, Window& window) const override {
    return window.get(files_[image.file].bytes(), static_cast<std::int64_t>(image.place), image.bytes);
  }
  std::string image_name(const IndexedImage& image) const override {
    return image.name.substr(image.name.rfind('/') + 1);
  }
  std::string where(const IndexedImage& image) const override { return place(image.file, image.name); }

 private:
  struct Sample {
    std::string key;
    std::optional<TarMember> image;
    std::string label, trouble;
    bool has_label = false;
  };

  std::string place(std::uint32_t file, std::string_view name) const {
    return fmt::format("{}, {}", files_[file].name(), printable(name));
  }

  bool take(const TarMember& member, std::uint32_t file, SourceNotes& notes) {
    const auto path = tidy_member_name(member.name);
    if (has_system_part(path)) {
      notes.leave_out(hidden_file, place(file, path));
      return true;
    }
    const auto key = path.substr(0, key_end(path));
    if (key != sample_.key) {
      finish_sample(file, notes);
      sample_ = {};
      sample_.key = key;
    }
    if (is_label(path))
      read_label(member, path, file);
    else if (is_image_name(path))
      take_image(member, path);
    else
      notes.leave_out("neither image nor label by its name", place(file, path));
    return true;
  }

  void take_image(const TarMember& member, const std::string& path) {
    if (const auto trouble = trouble_with_name(path)) sample_.trouble = *trouble;
    if (sample_.image) sample_.trouble = fmt::format("a second image, {}", path);
    if (member.size > most_bytes_of_image) sample_.trouble = "it has more bytes than any image";
    sample_.image = TarMember{path, member.offset, member.size};
  }

  void read_label(const TarMember& member, const std::string& path, std::uint32_t file) {
    sample_.has_label = true;
    if (member.size > most_bytes_of_label) {
      sample_.trouble = fmt::format("its label {} has {} bytes", path, member.size);
      return;
    }
    const auto text = files_[file].read(member.offset, member.size);
    try {
      std::string label = lower_case(path).ends_with(".cls") ? text : label_in_json(text, field_);
      while (!label.empty() && label.back() == '\n') label.pop_back();
      label = trim(label);
      if (label.empty() && !sample_.label.empty()) return;  // the other one of .cls and .json has it
      sample_.label = label;
      if (const auto trouble = trouble_with_name(label)) sample_.trouble = "its label: " + *trouble;
    } catch (const nlohmann::json::exception& e) {
      sample_.trouble = fmt::format("{}: {}", path, e.what());
    }
  }

  void finish_sample(std::uint32_t file, SourceNotes& notes) {
    if (!sample_.image) {
      if (sample_.has_label) notes.leave_out("label without an image", place(file, sample_.key));
      return;
    }
    const auto name = place(file, sample_.image->name);
    if (sample_.trouble.empty() && sample_.label.empty())
      sample_.trouble = sample_.has_label ? "no label is in its .cls or .json (--label-field says where)"
                                          : "it has neither a .cls nor a .json with its label beside it";
    if (!sample_.trouble.empty()) return notes.note_bad(fmt::format("{}: {}", name, sample_.trouble));
    found_.add(sample_.label, {.file = file,
                               .place = sample_.image->offset,
                               .bytes = static_cast<std::uint32_t>(sample_.image->size),
                               .name = sample_.image->name});
  }

  std::vector<TarFile> files_;
  std::string field_;
  Sample sample_;  // that is being put together
  LabelIndex found_;
};

}  // namespace

bool is_web_dataset(const TarFile& file) {
  int left = 64;
  bool found = false;
  file.for_each(
      [&](const TarMember& member) {
        found |= is_label(tidy_member_name(member.name));
        return !found && --left > 0;
      },
      [](const std::string&, const char*) {});
  return found;
}

std::unique_ptr<ImageSource> web_dataset_source(std::vector<TarFile> files,
                                                const std::filesystem::path& scratch,
                                                const std::string& label_field) {
  return std::make_unique<WebDatasetSource>(std::move(files), scratch, label_field);
}

}  // namespace fedfr::data
