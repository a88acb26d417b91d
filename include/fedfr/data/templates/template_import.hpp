#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

namespace fedfr::data {

/// Where a template benchmark lies as it is handed out.
struct TemplateSource {
  std::filesystem::path images;  ///< the folder `loose_crop`, or a tar file of it
  std::filesystem::path meta;    ///< folder of the tables
};

/// @param given  the folder or tar file of the images, or a folder that has `loose_crop` (or loose_crop.tar)
/// and
///               `meta`
/// @param meta   nothing: the folder `meta` in or beside `given`
/// @throws DataError if there is none
TemplateSource find_template_source(const std::filesystem::path& given,
                                    const std::optional<std::filesystem::path>& meta);

struct TemplateImportReport {
  std::int64_t images = 0;
  std::int64_t templates = 0;
  std::int64_t people = 0;  ///< as far as the tables of 1:N tell
  std::int64_t genuine_pairs = 0;
  std::int64_t impostor_pairs = 0;
  std::int64_t gallery_templates[2] = {0, 0};
  std::int64_t probe_templates = 0;
};

/// Makes a dataset of templates: a collection of the images in the order of the tables, aligned to 112x112 by
/// the five points that the table of faces has for each, with the tables beside them. People are those of the
/// tables of 1:N; a template of which they do not tell is a person of its own.
/// @param threads  that decode and align; the result is the same
/// @throws DataError if `output` exists, a table is missing or contradicts another, or an image is missing or
///         cannot be decoded; nothing is left behind
TemplateImportReport import_templates(const TemplateSource& source, const std::filesystem::path& output,
                                      int threads);

}  // namespace fedfr::data
