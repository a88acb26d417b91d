#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The tables of a template benchmark in the format in which IJB-B and IJB-C are handed out (Whitelam et al.,
/// CVPRW 2017; Maze et al., ICB 2018; the files are those that InsightFace's evaluation reads). A dataset of
/// templates is a collection with these tables in the folder `templates` beside dataset.json.
namespace fedfr::data {

/// A line of *_name_5pts_score.txt: "name x1 y1 ... x5 y5 score".
struct TemplateFace {
  std::string name;
  std::array<float, 10>
      landmarks{};  ///< x, y of left eye, right eye, nose, left and right corner of the mouth
  float detector_score = 0;
};

/// A line of *_face_tid_mid.txt: "name template medium".
struct TemplateImage {
  std::string name;
  std::int64_t template_id = 0;
  std::int64_t medium = 0;
};

/// A line of *_template_pair_label.txt: "template template label", the label 1 for one person and 0 for two.
struct TemplatePair {
  std::int32_t first = 0;  ///< number of the template
  std::int32_t second = 0;
  bool genuine = false;
};

/// Whose a template is: of *_1N_gallery_*.csv and *_1N_probe_mixed.csv, "template,subject,...".
struct TemplateSubject {
  std::int64_t id = 0;       ///< of the template
  std::int64_t subject = 0;  ///< number of the person

  bool operator==(const TemplateSubject&) const = default;
};

// Each throws DataError naming file, line and what is wrong. Lines may end in CR LF; blank ones are skipped.

/// @throws DataError as well for a landmark or score that is not finite
std::vector<TemplateFace> parse_template_faces(std::string_view text, const std::string& source);
std::vector<TemplateImage> parse_template_images(std::string_view text, const std::string& source);
std::vector<TemplatePair> parse_template_pairs(std::string_view text, const std::string& source);
/// A line for each image, so most repeat: every template comes once, in the order of its first line. A first
/// line with the names of the columns is skipped.
/// @throws DataError as well for a template of two people
std::vector<TemplateSubject> parse_template_subjects(std::string_view text, const std::string& source);

struct TemplateTables {
  std::vector<std::int64_t> templates;  ///< [images] of each image of the dataset, in its order
  std::vector<std::int64_t> media;      ///< [images]
  std::vector<float> detector_scores;   ///< [images]
  std::vector<TemplatePair> pairs;      ///< empty: no 1:1
  std::array<std::vector<TemplateSubject>, 2> galleries;
  std::vector<TemplateSubject> probes;  ///< empty: no 1:N
};

/// Names of the tables within the folder.
namespace template_files {
inline constexpr const char* faces = "name_5pts_score.txt";
inline constexpr const char* images = "face_tid_mid.txt";
inline constexpr const char* pairs = "template_pair_label.txt";
inline constexpr std::array galleries = {"1N_gallery_1.csv", "1N_gallery_2.csv"};
inline constexpr const char* probes = "1N_probe_mixed.csv";
}  // namespace template_files

/// The most that a table may have; that of the pairs of IJB-C has 0.3 GB.
inline constexpr std::size_t most_bytes_of_template_table = std::size_t{4} << 30U;

std::filesystem::path template_folder(const std::filesystem::path& dataset);
bool has_templates(const std::filesystem::path& dataset);

/// The tables of a dataset.
/// @param images  how many it has
/// @throws DataError naming the file if one is missing or damaged, or tells of other images; one table of 1:N
///         alone is refused, too
TemplateTables load_template_tables(const std::filesystem::path& dataset, std::int64_t images);

}  // namespace fedfr::data
