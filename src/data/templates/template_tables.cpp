#include "fedfr/data/templates/template_tables.hpp"

#include <charconv>
#include <cmath>
#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"

// Tables of words and numbers, a line each. Every line is checked as it is read, so that a wrong one is named
// by its number, not by what later comes of it.
namespace fedfr::data {

namespace {

/// The words of one line, taken one after the other.
class Line {
 public:
  Line(std::string_view text, char separator, const std::string& source, std::int64_t number)
      : rest_(text), separator_(separator), source_(source), number_(number) {}

  std::string_view word(const char* what) {
    if (separator_ == ' ') rest_ = trim(rest_);
    if (rest_.empty()) refuse("it ends before the {}", what);
    if (separator_ != ' ') return trim(next_part(rest_, separator_));
    const auto end = rest_.find_first_of(blanks);
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(word.size());
    return word;
  }

  template <class Number>
  Number number(const char* what) {
    const auto text = word(what);
    Number value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size())
      refuse("'{}' is no {}", printable(text.substr(0, 40)), what);
    return value;
  }

  float finite(const char* what) {
    const auto value = number<float>(what);
    if (!std::isfinite(value)) refuse("the {} is {}", what, value);
    return value;
  }

  void expect_end() {
    if (!trim(rest_).empty()) refuse("'{}' is too much", printable(trim(rest_).substr(0, 40)));
  }

  template <class... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> why, Args&&... args) const {
    throw DataError("{}, line {}: {}", source_, number_, fmt::format(why, std::forward<Args>(args)...));
  }

 private:
  std::string_view rest_;
  char separator_;
  const std::string& source_;
  std::int64_t number_;
};

/// Calls take(line) for each line that is not blank.
template <class Take>
void for_each_line(std::string_view text, char separator, const std::string& source, const Take& take) {
  text = without_byte_order_mark(text);
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const auto line = next_part(text, '\n');
    if (!trim(line).empty()) take(Line(line, separator, source, number), number);
  }
}

bool begins_with_digit(std::string_view text) {
  text = trim(without_byte_order_mark(text));
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

}  // namespace

std::vector<TemplateFace> parse_template_faces(std::string_view text, const std::string& source) {
  std::vector<TemplateFace> faces;
  for_each_line(text, ' ', source, [&](Line line, std::int64_t) {
    auto& face = faces.emplace_back();
    face.name = line.word("name of the image");
    for (auto& coordinate : face.landmarks) coordinate = line.finite("landmark");
    face.detector_score = line.finite("detector score");
    line.expect_end();
  });
  return faces;
}

std::vector<TemplateImage> parse_template_images(std::string_view text, const std::string& source) {
  std::vector<TemplateImage> images;
  for_each_line(text, ' ', source, [&](Line line, std::int64_t) {
    auto& image = images.emplace_back();
    image.name = line.word("name of the image");
    image.template_id = line.number<std::int32_t>("number of a template");
    image.medium = line.number<std::int64_t>("number of a medium");
    line.expect_end();
  });
  return images;
}

std::vector<TemplatePair> parse_template_pairs(std::string_view text, const std::string& source) {
  std::vector<TemplatePair> pairs;
  for_each_line(text, ' ', source, [&](Line line, std::int64_t) {
    auto& pair = pairs.emplace_back();
    pair.first = line.number<std::int32_t>("number of a template");
    pair.second = line.number<std::int32_t>("number of a template");
    const auto label = line.number<int>("label");
    if (label != 0 && label != 1) line.refuse("the label {} is neither 0 nor 1", label);
    pair.genuine = label == 1;
    line.expect_end();
  });
  return pairs;
}

std::vector<TemplateSubject> parse_template_subjects(std::string_view text, const std::string& source) {
  std::vector<TemplateSubject> templates;
  std::map<std::int64_t, std::int64_t> subject_of;
  for_each_line(text, ',', source, [&](Line line, std::int64_t number) {
    if (number == 1 && !begins_with_digit(text)) return;  // names of columns
    const auto id = line.number<std::int32_t>("number of a template");
    const auto subject = line.number<std::int64_t>("number of a subject");
    const auto [known, fresh] = subject_of.emplace(id, subject);
    if (fresh)
      templates.push_back({.id = id, .subject = subject});
    else if (known->second != subject)
      line.refuse("template {} is of subject {} here and of {} before", id, subject, known->second);
  });
  return templates;
}

namespace {

namespace fs = std::filesystem;

template <class Parse>
auto read_table(const fs::path& file, const Parse& parse) {
  return parse(read_text(file, most_bytes_of_template_table), file.string());
}

void take_images(TemplateTables& tables, const fs::path& folder, std::int64_t images) {
  const auto faces = read_table(folder / template_files::faces, parse_template_faces);
  const auto rows = read_table(folder / template_files::images, parse_template_images);
  for (const auto& [file, lines] : {std::pair(template_files::faces, std::ssize(faces)),
                                    std::pair(template_files::images, std::ssize(rows))})
    if (lines != images)
      throw DataError("{} has {} lines, but the dataset has {} images: make it anew",
                      (folder / file).string(), lines, images);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name != faces[i].name)
      throw DataError("{} and {} name different images in line {}",
                      (folder / template_files::images).string(), template_files::faces, i + 1);
    tables.templates.push_back(rows[i].template_id);
    tables.media.push_back(rows[i].medium);
    tables.detector_scores.push_back(faces[i].detector_score);
  }
}

void take_search(TemplateTables& tables, const fs::path& folder) {
  const bool any = fs::exists(folder / template_files::probes) ||
                   fs::exists(folder / template_files::galleries[0]) ||
                   fs::exists(folder / template_files::galleries[1]);
  if (!any) return;
  tables.probes = read_table(folder / template_files::probes, parse_template_subjects);
  for (std::size_t g = 0; g < tables.galleries.size(); ++g)
    tables.galleries[g] = read_table(folder / template_files::galleries[g], parse_template_subjects);
}

}  // namespace

fs::path template_folder(const fs::path& dataset) { return dataset / "templates"; }

bool has_templates(const fs::path& dataset) {
  std::error_code ignored;
  return fs::exists(template_folder(dataset) / template_files::images, ignored);
}

TemplateTables load_template_tables(const fs::path& dataset, std::int64_t images) {
  const auto folder = template_folder(dataset);
  TemplateTables tables;
  take_images(tables, folder, images);
  if (fs::exists(folder / template_files::pairs))
    tables.pairs = read_table(folder / template_files::pairs, parse_template_pairs);
  take_search(tables, folder);
  return tables;
}

}  // namespace fedfr::data
