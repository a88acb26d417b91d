// Lists of images with their people, as programs of the field write them. Which form a list has shows in its
// first line; a later line of another form is bad.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "data/import/columns.hpp"
#include "data/import/lines.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "file_names.hpp"
#include "image_source.hpp"
#include "label_index.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// 3.000000, as im2rec writes whole numbers, is 3.
std::string label_of(std::string_view word) {
  const auto dot = word.find('.');
  if (dot == std::string_view::npos || dot == 0 ||
      word.substr(0, dot).find_first_not_of("0123456789") != std::string_view::npos ||
      word.find_first_not_of('0', dot + 1) != std::string_view::npos)
    return std::string(word);
  return std::string(word.substr(0, dot));
}

/// Where in a line stands what.
struct Form {
  std::size_t path = 0, label = 1;
  std::optional<std::size_t> points{};
  bool x_before_y = false;  ///< all x and then all y, as InsightFace has them
  std::size_t columns = 2;

  static Form of(const Words& words) {
    const auto count = words.size();
    if (count >= 3 && finite_number(words[0]) && finite_number(words[1]))
      return {count - 1, 1, {}, false, count};               // im2rec
    if (count >= 3 && (words[0] == "0" || words[0] == "1"))  // InsightFace: flag, path, label, box, points
      return {1, 2, count >= 17 ? std::optional<std::size_t>(7) : std::nullopt, true, count};
    return {0, 1, count >= 12 ? std::optional<std::size_t>(2) : std::nullopt, false, count};
  }
};

/// A first line that names columns: path,label,x1,y1,...
bool is_heading(const Words& words) {
  constexpr std::array<std::string_view, 8> names{"path",       "file", "filename", "image",
                                                  "image_path", "img",  "img_path", "name"};
  return !words.empty() && std::ranges::find(names, lower_case(words[0])) != names.end();
}

class ListSource final : public ImageSource {
 public:
  ListSource(SourcePaths lists, const fs::path& scratch, std::optional<fs::path> root)
      : lists_(std::move(lists)), root_(std::move(root)), found_(scratch) {}

  std::vector<std::string> index(SourceNotes& notes) override {
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      std::optional<Form> form;
      for_each_line(lists_[i], [&](std::string_view line, std::int64_t number) {
        const auto words = columns_of(line);
        if (number == 1 && is_heading(words)) return;
        const auto place = fmt::format("{}, line {}", printable(lists_[i].string()), number);
        if (words.size() < 2)
          throw DataError("{}: expected a path and a label, between commas, tabs or blanks", place);
        if (!form) form = Form::of(words);
        if (const auto trouble = take(words, *form, static_cast<std::uint32_t>(i)); !trouble.empty())
          notes.note_bad(place + ": " + trouble);
      });
    }
    return found_.sort();
  }
  std::int64_t images() const override { return found_.images(); }
  bool next(IndexedImage& image, SourceNotes& /*notes*/) override { return found_.next(image); }

  std::span<const std::byte> read(const IndexedImage& image, Window& window) const override {
    return window.hold(read_text(path(image), most_bytes_of_image));
  }
  std::string image_name(const IndexedImage& image) const override {
    return image.name.substr(image.name.find_last_of("/\\") + 1);
  }
  std::string where(const IndexedImage& image) const override { return path(image).string(); }

 private:
  /// @returns what is wrong with a line; empty if nothing is
  std::string take(const Words& words, const Form& form, std::uint32_t list) {
    if (words.size() != form.columns)
      return fmt::format("{} columns, where the first line has {}", words.size(), form.columns);
    const auto label = label_of(words[form.label]);
    for (const auto& name : {words[form.path], label})
      if (const auto trouble = trouble_with_name(name)) return *trouble;
    if (label.empty() || words[form.path].empty()) return "a path or a label is missing";
    std::optional<Landmarks> landmarks;
    if (form.points) {
      Landmarks& points = landmarks.emplace();
      for (std::size_t i = 0; i < 10; ++i) {
        const auto value = finite_number(words[*form.points + i]);
        if (!value) return fmt::format("\"{}\" is no coordinate", printable(words[*form.points + i]));
        auto& point = points[form.x_before_y ? i % 5 : i / 2];
        ((form.x_before_y ? i < 5 : i % 2 == 0) ? point.x : point.y) = *value;
      }
    }
    found_.add(label, {.file = list, .name = words[form.path], .landmarks = landmarks});
    return {};
  }

  fs::path path(const IndexedImage& image) const {
    return root_.value_or(lists_[image.file].parent_path()) / image.name;
  }

  SourcePaths lists_;
  std::optional<fs::path> root_;
  LabelIndex found_;
};

}  // namespace

std::unique_ptr<ImageSource> list_source(const SourcePaths& lists, const fs::path& scratch,
                                         const std::optional<fs::path>& root) {
  return std::make_unique<ListSource>(lists, scratch, root);
}

}  // namespace fedfr::data
