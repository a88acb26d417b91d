// From the folder that IJB-B or IJB-C is handed out in to a dataset. All tables are read, and compared,
// before the first image is opened: they decide what is wrong soonest.
#include "fedfr/data/templates/template_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/alignment.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "fedfr/data/templates/template_tables.hpp"
#include "images_by_name.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBatch = 256;  // images in memory
constexpr std::int64_t kImagesOfBlock = 8192;

/// The one file of the folder whose name ends so; empty if there is none.
fs::path file_ending_in(const fs::path& folder, std::span<const std::string_view> endings) {
  fs::path found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (std::ranges::none_of(endings, [&](auto ending) { return name.ends_with(ending); })) continue;
    if (!found.empty())
      throw DataError("{} and {} are both tables of one kind: give each benchmark a folder of its own",
                      found.string(), entry.path().string());
    found = entry.path();
  }
  return found;
}

/// A table as it was found, and how it is called in the dataset.
struct Table {
  const char* name;
  std::vector<std::string_view> endings;
  bool needed = false;
};

std::vector<Table> known_tables() {
  return {{template_files::faces, {"_name_5pts_score.txt"}, true},
          {template_files::images, {"_face_tid_mid.txt"}, true},
          {template_files::pairs, {"_template_pair_label.txt"}},
          {template_files::galleries[0], {"_1N_gallery_G1.csv", "_1N_gallery_S1.csv"}},
          {template_files::galleries[1], {"_1N_gallery_G2.csv", "_1N_gallery_S2.csv"}},
          {template_files::probes, {"_1N_probe_mixed.csv"}}};
}

/// The content of each table that there is, by the name in the dataset; and where it was found, for messages.
struct FoundTables {
  std::map<std::string, std::string> content;
  std::map<std::string, std::string> found_at;

  template <class Parse>
  auto parse(const char* name, const Parse& parse) const
      -> decltype(parse(std::string_view(), std::string())) {
    const auto text = content.find(name);
    if (text == content.end()) return {};
    return parse(text->second, found_at.at(name));
  }
};

FoundTables read_tables(const fs::path& meta) {
  FoundTables tables;
  for (const auto& table : known_tables()) {
    const auto file = file_ending_in(meta, table.endings);
    if (file.empty()) {
      if (table.needed) throw DataError("{} has no table *{}", meta.string(), table.endings.front());
      continue;
    }
    tables.content[table.name] = read_text(file, most_bytes_of_template_table);
    tables.found_at[table.name] = file.string();
  }
  return tables;
}

/// All that the tables tell, compared with one another.
struct Plan {
  std::vector<TemplateFace> faces;
  std::vector<std::int32_t> labels;  // of the images
  std::vector<std::string> people;   // names by label
  TemplateImportReport report;
};

/// People by template, as far as the tables of 1:N tell.
std::map<std::int64_t, std::int64_t> subjects_of(const FoundTables& tables, TemplateImportReport& report) {
  std::map<std::int64_t, std::int64_t> subject_of;
  const auto take = [&](const char* name) {
    const auto list = tables.parse(name, parse_template_subjects);
    for (const auto& [id, subject] : list)
      if (const auto [known, fresh] = subject_of.emplace(id, subject); !fresh && known->second != subject)
        throw DataError("{}: template {} is of subject {} here and of {} in another table",
                        tables.found_at.at(name), id, subject, known->second);
    return std::ssize(list);
  };
  for (std::size_t g = 0; g < template_files::galleries.size(); ++g)
    report.gallery_templates[g] = take(template_files::galleries[g]);
  report.probe_templates = take(template_files::probes);
  return subject_of;
}

void name_people(Plan& plan, std::span<const TemplateImage> images,
                 const std::map<std::int64_t, std::int64_t>& subject_of) {
  std::map<std::string, std::int32_t> label_of;
  std::map<std::int64_t, std::int64_t> templates;
  for (const auto& image : images) {
    ++templates[image.template_id];
    const auto subject = subject_of.find(image.template_id);
    const auto name = subject == subject_of.end() ? fmt::format("template {}", image.template_id)
                                                  : fmt::format("subject {}", subject->second);
    const auto [label, fresh] = label_of.emplace(name, static_cast<std::int32_t>(plan.people.size()));
    if (fresh) plan.people.push_back(name);
    plan.labels.push_back(label->second);
  }
  plan.report.images = std::ssize(images);
  plan.report.templates = std::ssize(templates);
  plan.report.people = std::ssize(plan.people);
  const auto require = [&](std::int64_t id, const char* where) {
    if (!templates.contains(id)) throw DataError("template {} of the {} has no image", id, where);
  };
  for (const auto& [id, subject] : subject_of) require(id, "tables of 1:N");
}

Plan make_plan(const FoundTables& tables) {
  Plan plan;
  plan.faces = tables.parse(template_files::faces, parse_template_faces);
  const auto images = tables.parse(template_files::images, parse_template_images);
  if (images.empty() || images.size() != plan.faces.size())
    throw DataError("{} has {} images, {} has {}: they have to be the same",
                    tables.found_at.at(template_files::images), images.size(),
                    tables.found_at.at(template_files::faces), plan.faces.size());
  for (std::size_t i = 0; i < images.size(); ++i)
    if (images[i].name != plan.faces[i].name)
      throw DataError("image {} is '{}' in {} and '{}' in {}", i + 1, printable(images[i].name),
                      tables.found_at.at(template_files::images), printable(plan.faces[i].name),
                      tables.found_at.at(template_files::faces));
  name_people(plan, images, subjects_of(tables, plan.report));
  const auto pairs = tables.parse(template_files::pairs, parse_template_pairs);
  plan.report.genuine_pairs = std::ranges::count(pairs, true, &TemplatePair::genuine);
  plan.report.impostor_pairs = std::ssize(pairs) - plan.report.genuine_pairs;
  return plan;
}

Landmarks landmarks_of(const TemplateFace& face) {
  Landmarks points;
  for (std::size_t i = 0; i < points.size(); ++i)
    points[i] = {face.landmarks[2 * i], face.landmarks[2 * i + 1]};
  return points;
}

Image aligned_image(const ImagesByName& images, const TemplateFace& face) {
  const auto bytes = images.read(face.name);
  try {
    return align(decode(std::as_bytes(std::span(bytes))), landmarks_of(face));
  } catch (const DataError& e) {
    throw DataError("the image '{}' cannot be used: {}", printable(face.name), e.what());
  }
}

void write_images(DatasetWriter& writer, const ImagesByName& images, const Plan& plan, int threads) {
  const auto count = std::ssize(plan.faces);
  for (std::size_t begin = 0; begin < plan.faces.size(); begin += kBatch) {
    std::vector<Image> batch(std::min(kBatch, plan.faces.size() - begin));
    parallel_for(batch.size(), threads,
                 [&](std::size_t i) { batch[i] = aligned_image(images, plan.faces[begin + i]); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto image = static_cast<std::int64_t>(begin + i);
      if (image % kImagesOfBlock == 0)
        writer.begin_client(fmt::format("block {}", image / kImagesOfBlock),
                            std::min(kImagesOfBlock, count - image));
      writer.add({.pixels = std::move(batch[i].pixels),
                  .label = plan.labels[begin + i],
                  .source_name = plan.faces[begin + i].name});
    }
  }
}

}  // namespace

TemplateSource find_template_source(const fs::path& given, const std::optional<fs::path>& meta) {
  TemplateSource source{.images = given, .meta = meta.value_or(given / "meta")};
  if (fs::is_directory(given / "loose_crop"))
    source.images = given / "loose_crop";
  else if (fs::exists(given / "loose_crop.tar"))
    source.images = given / "loose_crop.tar";
  if (!meta && !fs::is_directory(source.meta)) source.meta = fs::absolute(given).parent_path() / "meta";
  if (!fs::exists(source.images)) throw DataError("{} does not exist", source.images.string());
  if (!fs::is_directory(source.meta))
    throw DataError("there is no folder {} of the tables: name it with --meta", source.meta.string());
  return source;
}

TemplateImportReport import_templates(const TemplateSource& source, const fs::path& output, int threads) {
  const auto tables = read_tables(source.meta);
  const auto plan = make_plan(tables);
  DatasetWriter writer(output, {.role = Role::collection, .size = aligned_size});
  const auto images = open_images_by_name(source.images, fs::absolute(output).parent_path());
  write_images(writer, *images, plan, threads);
  writer.set_identities(plan.people);
  for (const auto& [name, content] : tables.content)
    writer.add_file(fs::path(template_folder("").filename()) / name, content);
  writer.finish();
  return plan.report;
}

}  // namespace fedfr::data
