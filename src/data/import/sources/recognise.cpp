// What a path holds is told by its first bytes, never by its name. What is not taken is named, so that
// whoever points at the wrong file of a set learns which one is meant.
#include "recognise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <system_error>
#include <utility>

#include "bytes.hpp"
#include "data/import/sources/tar/tar_file.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "file_names.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

using namespace std::string_view_literals;

struct Format {
  SourceFormat format;
  std::string_view name;
  std::string_view ending;  // of files of a set that lie in one folder; none for folders of people
  const char* expected;
};

constexpr const char* as_folders = "they are expected as IDENTITY/IMAGE.jpg (or .jpeg, .png)";

constexpr std::array formats{
    Format{SourceFormat::folder, "folder", "", as_folders},
    Format{SourceFormat::list, "list", "", "a line is expected to have a path and a label"},
    Format{SourceFormat::pair_set, "bin", "", "a pickle of images and flags is expected"},
    Format{SourceFormat::parquet, "parquet", ".parquet",
           "a column with images and one with labels are expected"},
    Format{SourceFormat::record_io, "recordio", ".rec", "all of its records are headers"},
    Format{SourceFormat::tar, "tar", ".tar", as_folders},
    Format{SourceFormat::web_dataset, "webdataset", "",
           "samples are expected as KEY.jpg with KEY.cls or KEY.json"},
};

constexpr auto formats_only = [] {
  std::array<SourceFormat, formats.size()> only{};
  for (std::size_t i = 0; i < formats.size(); ++i) only[i] = formats[i].format;
  return only;
}();

const Format& row(SourceFormat format) { return *std::ranges::find(formats, format, &Format::format); }

/// What a file is, if it is none of the formats.
struct Foreign {
  std::string_view mark;
  const char* what;
};

constexpr std::array foreign{
    Foreign{"PK\x03\x04"sv, "a zip file: unpack it and name the folder"},
    Foreign{"\x89HDF\r\n"sv, "an HDF5 file: shards of other programs cannot be imported"},
    Foreign{"PARE"sv, "an encrypted Parquet file: write it without encryption"},
    Foreign{"Rar!"sv, "a RAR file: unpack it and name the folder"},
    Foreign{"7z\xBC\xAF"sv, "a 7-zip file: unpack it and name the folder"},
};

constexpr std::array compressed{"\x1F\x8B"sv, "BZh"sv,
                                "\xFD"
                                "7zXZ"sv,
                                "\x28\xB5\x2F\xFD"sv};

bool ends_with(const fs::path& path, std::string_view ending) {
  return lower_case(path.filename().string()).ends_with(ending);
}

std::optional<SourceFormat> format_of(std::string_view start, const fs::path& path) {
  if (start.starts_with("\x0A\x23\xD7\xCE"sv)) return SourceFormat::record_io;
  if (start.starts_with("PAR1"sv)) return SourceFormat::parquet;
  const bool is_packed =
      std::ranges::any_of(compressed, [&](std::string_view mark) { return start.starts_with(mark); });
  if (is_packed || (start.size() > 262 && start.substr(257).starts_with("ustar")) || ends_with(path, ".tar"))
    return SourceFormat::tar;
  const bool is_pickle = start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
  if (is_pickle || ends_with(path, ".bin")) return SourceFormat::pair_set;
  if (ends_with(path, ".rec")) return SourceFormat::record_io;  // its reader says what is wrong with it
  const bool may_be_list = ends_with(path, ".lst") || ends_with(path, ".csv") || ends_with(path, ".tsv") ||
                           ends_with(path, ".txt");
  if (may_be_list && !start.empty()) return SourceFormat::list;
  return std::nullopt;
}

[[noreturn]] void refuse(const fs::path& path, std::string_view start) {
  std::string what = "of no known format";
  for (const auto& known : foreign)
    if (start.starts_with(known.mark)) what = known.what;
  if (is_known_format(std::as_bytes(std::span(start)))) what = "a single image: name a folder of people";
  if (start.empty()) what = "empty";
  if (ends_with(path, ".idx")) what = "the index of a record file: name the .rec beside it";
  throw UsageError(
      "{} is {}; images are imported from folders of people, tar files, "
      "WebDatasets, Parquet, MXNet's RecordIO, lists (.lst, .csv, .txt) and InsightFace's .bin",
      printable(path.string()), what);
}

/// Of a folder: the files of a set in it, or that it holds people.
Recognised look_into(const fs::path& folder) {
  std::error_code failed;
  fs::directory_iterator entry(folder, failed);
  if (failed) throw DataError("cannot list {}: {}", printable(folder.string()), failed.message());
  bool has_folders = false;
  std::array<SourcePaths, formats.size()> files;
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    std::error_code unknown;
    has_folders |= entry->is_directory(unknown) && !is_of_a_system(entry->path().filename().string());
    for (std::size_t i = 0; i < formats.size(); ++i)
      if (!formats[i].ending.empty() && ends_with(entry->path(), formats[i].ending))
        files[i].push_back(entry->path());
  }
  for (std::size_t i = 0; i < formats.size() && !has_folders; ++i) {
    if (files[i].empty()) continue;
    std::ranges::sort(files[i]);
    return {formats[i].format, files[i]};
  }
  return {SourceFormat::folder, {folder}};
}

Recognised recognise_one(const fs::path& path) {
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (status.type() == fs::file_type::not_found || status.type() == fs::file_type::none)
    throw DataError("cannot open {}: {}", printable(path.string()),
                    failed ? failed.message() : "No such file or directory");
  if (fs::is_directory(status)) return look_into(path);
  std::array<std::byte, 512> buffer{};
  const auto got = FileBytes(path).read_some(0, buffer);
  const std::string_view start(reinterpret_cast<const char*>(got.data()), got.size());
  const auto format = format_of(start, path);
  if (!format) refuse(path, start);
  return {*format, {path}};
}

}  // namespace

std::string_view name(SourceFormat format) { return row(format).name; }
std::span<const SourceFormat> all_source_formats() { return formats_only; }
std::string what_is_expected(SourceFormat format) { return row(format).expected; }

Recognised recognise(std::span<const fs::path> paths, std::optional<SourceFormat> format) {
  if (paths.empty()) throw UsageError("there is nothing to import: name a folder or files");
  if (format) return {*format, {paths.begin(), paths.end()}};
  std::optional<Recognised> all;
  for (const auto& path : paths) {
    auto one = recognise_one(path);
    if (!all) {
      all = std::move(one);
    } else {
      if (one.format != all->format)
        throw UsageError("{} is a {}, but {} is a {}: what is imported at once has to be of one format",
                         printable(all->paths.front().string()), name(all->format), printable(path.string()),
                         name(one.format));
      std::ranges::move(one.paths, std::back_inserter(all->paths));
    }
  }
  return *all;
}

std::unique_ptr<ImageSource> open_source(Recognised& source, const fs::path& output,
                                         const ImportOptions& options) {
  const auto& paths = source.paths;
  const auto scratch = output.parent_path();
  const bool are_tar_files = source.format == SourceFormat::tar || source.format == SourceFormat::web_dataset;
  std::vector<TarFile> tar_files;
  for (const auto& path : are_tar_files ? paths : SourcePaths())
    tar_files.emplace_back(path, scratch, paths.size());
  if (source.format == SourceFormat::tar && !options.format && is_web_dataset(tar_files.front()))
    source.format = SourceFormat::web_dataset;

  if (options.identity_level > 0 && source.format != SourceFormat::folder &&
      source.format != SourceFormat::tar)
    throw UsageError("--identity-level is for people who are folders, but {} names them itself",
                     printable(paths.front().string()));
  if (options.root && source.format != SourceFormat::list)
    throw UsageError("--root is for the paths of a list, but {} is none", printable(paths.front().string()));
  if (!options.label_field.empty() && source.format != SourceFormat::web_dataset &&
      source.format != SourceFormat::parquet)
    throw UsageError("--label-field is for WebDatasets and Parquet, but {} is neither",
                     printable(paths.front().string()));
  if (!options.image_field.empty() && source.format != SourceFormat::parquet)
    throw UsageError("--image-field is for Parquet, but {} is none", printable(paths.front().string()));
  switch (source.format) {
    case SourceFormat::list:
      return list_source(paths, scratch, options.root);
    case SourceFormat::parquet:
      return parquet_source(paths, scratch, options);
    case SourceFormat::record_io:
      return record_source(paths, scratch);
    case SourceFormat::tar:
      return tar_source(std::move(tar_files), scratch, options.identity_level);
    case SourceFormat::web_dataset:
      return web_dataset_source(std::move(tar_files), scratch, options.label_field);
    case SourceFormat::pair_set:
      if (paths.size() > 1)
        throw UsageError("sets of pairs become benchmarks of their own: import {} and {} one by one",
                         printable(paths[0].string()), printable(paths[1].string()));
      return pair_source(paths.front(), scratch);
    case SourceFormat::folder:
      break;
  }
  return folder_source(paths, scratch, options.identity_level);
}

}  // namespace fedfr::data
