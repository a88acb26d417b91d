#include "parquet_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "data/import/sources/file_names.hpp"
#include "data/import/sources/label_index.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

namespace {

constexpr std::array<std::string_view, 8> usual_image_fields{"image", "img",  "jpg",     "jpeg",
                                                             "png",   "face", "picture", "bytes"};

/// One of the two kinds of columns.
struct Kind {
  const char* what;
  const char* option;
  bool ParquetColumn::*fits;
  std::span<const std::string_view> usual_names;
};

[[noreturn]] void refuse(std::span<const ParquetColumn> columns, const Kind& kind, const std::string& file,
                         const std::string& why) {
  constexpr std::size_t most_named = 20;
  std::vector<std::string> named;
  for (const auto& column : columns.first(std::min(most_named, columns.size())))
    named.push_back(printable(fmt::format("{} ({})", column.name, column.type.substr(0, 100))));
  throw UsageError("{} {}: name a column of {} by {}; its columns are {}{}", file, why, kind.what,
                   kind.option, fmt::join(named, ", "), columns.size() > most_named ? ", ..." : "");
}

std::optional<std::size_t> find_usual(std::span<const ParquetColumn> columns, const Kind& kind) {
  for (const auto usual : kind.usual_names)
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i].*kind.fits && lower_case(columns[i].name) == usual) return i;
  return std::nullopt;
}

std::optional<std::size_t> find_only_one(std::span<const ParquetColumn> columns, const Kind& kind) {
  const auto first = std::ranges::find_if(columns, kind.fits);
  if (first == columns.end() ||
      std::any_of(first + 1, columns.end(), [&](const auto& column) { return column.*kind.fits; }))
    return std::nullopt;
  return static_cast<std::size_t>(first - columns.begin());
}

std::size_t choose(std::span<const ParquetColumn> columns, const Kind& kind, const std::string& field,
                   const std::string& file) {
  if (field.empty()) {
    if (const auto found = find_usual(columns, kind)) return *found;
    if (const auto found = find_only_one(columns, kind)) return *found;
    refuse(columns, kind, file, fmt::format("does not tell which column has the {}", kind.what));
  }
  const auto found = std::ranges::find(columns, field, &ParquetColumn::name);
  if (found == columns.end())
    refuse(columns, kind, file, fmt::format("has no column \"{}\"", printable(field)));
  if (!((*found).*kind.fits))
    refuse(columns, kind, file, fmt::format("has no {} in its column \"{}\"", kind.what, printable(field)));
  return static_cast<std::size_t>(found - columns.begin());
}

}  // namespace

ImageColumns choose_columns(std::vector<ParquetColumn> columns, const std::string& image_field,
                            const std::string& label_field, const std::string& file) {
  const Kind images{"images", "--image-field", &ParquetColumn::may_be_image, usual_image_fields};
  const Kind labels{"labels", "--label-field", &ParquetColumn::may_be_label, usual_label_fields};
  const auto image = choose(columns, images, image_field, file);
  columns[image].may_be_label = false;
  return {image, choose(columns, labels, label_field, file)};
}

std::vector<std::string> class_names(std::string_view metadata, const std::string& column) {
  std::vector<std::string> names;
  if (metadata.empty()) return names;
  const auto json = parse_json(metadata);
  const auto* at = &json;
  for (const std::string& key :
       {std::string("info"), std::string("features"), column, std::string("names")}) {
    if (!at->is_object() || !at->contains(key)) return names;
    at = &at->at(key);
  }
  if (!at->is_array()) return names;
  for (const auto& name : *at) names.push_back(name.is_string() ? name.get<std::string>() : json_text(name));
  return names;
}

}  // namespace fedfr::data
