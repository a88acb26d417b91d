// Folders of people, and record files. Both are filled beside their final name.
#include <fcntl.h>
#include <fmt/format.h>

#include <optional>
#include <set>

#include "data/storage/staged_folder.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/system.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/export/export.hpp"
#include "image_files.hpp"
#include "record_writer.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// Names of a dataset may be anybody's: none may lead out of the folder.
void check_path(const std::string& path) {
  for (std::string_view rest = path; !rest.empty();) {
    const auto part = next_part(rest, '/');
    if (part.empty() || part == "." || part == ".." || path.starts_with('/') ||
        path.find('\0') != std::string::npos)
      throw DataError("the name \"{}\" of the dataset cannot be that of a file", printable(path));
  }
}

/// A name of its own for each image of a person: the one that it came from, with the type that it has.
class FileNames {
 public:
  std::string next(const std::string& source_name, const char* type) {
    const fs::path source(source_name);
    std::string stem = (source.parent_path() / source.stem()).string();
    if (stem.empty()) stem = fmt::format("{:05}", used_.size());
    std::string name = stem + type;
    for (int i = 2; !used_.insert(name).second; ++i) name = fmt::format("{}_{}{}", stem, i, type);
    return name;
  }

 private:
  std::set<std::string> used_;
};

void write_file(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  make_folder(path.parent_path());
  const FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions_of_new_files));
  if (!file) throw DataError("cannot create {}: {}", printable(path.string()), system_reason());
  write_exactly(file, path, 0, std::as_bytes(std::span(bytes)));
}

}  // namespace

ExportReport export_images(const Dataset& dataset, const fs::path& output, ExportFormat format,
                           const ExportOptions& options) {
  StagedFolder folder(output);
  const auto identities = exported_identities(dataset);
  const auto images = dataset.all();
  ExportReport report{.images = images.size(), .identities = std::ssize(identities)};
  std::optional<RecordSetWriter> records;
  if (format == ExportFormat::record_io)
    records.emplace(folder.path(), report.images, report.identities, dataset.image_size());
  ProgressBar bar("export", report.images);
  for (const auto& identity : identities) {
    check_path(identity.folder);
    FileNames names;
    if (records) records->begin_identity();
    for (const auto image : identity.images) {
      const auto file = file_of(images, image, options);
      const auto name = identity.folder + "/" + names.next(images.source_name(image), type_of(file));
      check_path(name);
      if (records)
        records->add(file, name);
      else
        write_file(folder.path() / name, file);
      bar.advance();
    }
  }
  if (records) records->finish(report.remarks);
  folder.publish();
  return report;
}

}  // namespace fedfr::data
