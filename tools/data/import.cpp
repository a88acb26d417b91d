#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/optional.hpp>
#include <boost/program_options.hpp>
#include <cstdio>

#include "commands.hpp"
#include "common/parse.hpp"
#include "common/sibling.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/import/importer.hpp"

// fedfr-data import: options, and what is told of images that were not taken. Nothing is left out in silence;
// more than a few names go into a file.
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Makes a collection of aligned face images. What SOURCE is shows by itself, or --format says it:

  folder    FOLDER/IDENTITY/IMAGE.jpg (or .jpeg, .png), or deeper: the folder of an image is its person, or the one at
            --identity-level
  tar       the same in a tar file, packed by gzip, bzip2, xz or zstd or not
  recordio  MXNet's FILE.rec, with .idx, .lst and property beside it or without; people are called by their numbers.
            A folder with such files, as InsightFace's sets, is one as well
  list      a line an image: path,label[,x1,y1,...,x5,y5], or a .lst of MXNet or InsightFace; between commas, tabs or
            blanks; paths are relative to the list, or to --root
  bin       InsightFace's sets for verification: the result is a benchmark, images and pairs
  webdataset  tar files with KEY.jpg and its label in KEY.cls or KEY.json
  parquet   tables with a column of images (bytes, or bytes and path as Hugging Face's datasets have them) and one of
            labels: files, or a folder of them; in a fedfr that was built with Apache Arrow (fedfr-data --version)

  fedfr-data import SOURCE [SOURCE ...] --output DIR [options]

Examples:
  fedfr-data import lfw112 --output lfw --threads 8
  fedfr-data import lfw.tar --output lfw
  fedfr-data import faces_webface_112x112 --output webface --encoding jpeg
  fedfr-data import CFP/Data/Images --identity-level 1 --output cfp --resize 112x112
  fedfr-data import faces_emore/agedb_30.bin --output agedb
  fedfr-data import IMAGES --landmarks points.csv --output aligned
  fedfr-data import own --output own --init backbone.pt
  fedfr-data import data/train-*.parquet --label-field person --output faces
  fedfr-data import casia --output casia --resize 112x112 --encoding jpeg --min-images 10 --skip-bad
)";

data::ImageSize parse_size(const std::string& text) {
  data::ImageSize size;
  int read = 0;
  const bool good = std::sscanf(text.c_str(), "%dx%d%n", &size.height, &size.width, &read) == 2 &&
                    static_cast<std::size_t>(read) == text.size();
  if (!good || size.height < 1 || size.width < 1 || size.height > 4096 || size.width > 4096)
    throw UsageError("--resize {} is no size: use HxW with sides from 1 to 4096, for example 112x112", text);
  return size;
}

data::Encoding parse_encoding(const std::string& text) {
  for (const auto encoding : {data::Encoding::raw, data::Encoding::jpeg})
    if (text == data::name(encoding)) return encoding;
  throw UsageError("--encoding {} is not known: use raw or jpeg", text);
}

data::SourceFormat parse_format(const std::string& text) {
  std::vector<std::string_view> names;
  for (const auto format : data::all_source_formats()) {
    if (text == data::name(format)) return format;
    names.push_back(data::name(format));
  }
  throw UsageError("--format {} is not known: use one of {}", text, fmt::join(names, ", "));
}

bool parse_check(const std::string& text) {
  if (text != "decode" && text != "header")
    throw UsageError("--check {} is not known: use decode or header", text);
  return text == "decode";
}

/// A line for each reason: how many, and the first few.
void print_left_out(const data::ImportReport& report) {
  for (const auto& [why, paths] : report.left_out) {
    std::vector<std::string> named;
    for (const auto& path : paths.first) named.push_back(printable(path));
    fmt::print("left out {}: {} ({}{})\n", paths.count, why, fmt::join(named, ", "),
               paths.count > std::ssize(named) ? ", ..." : "");
  }
}

/// One person under two names may come to be a client and held out from it at once.
void warn_of_shared(const data::Examples<data::SharedImages>& shared) {
  if (shared.count == 0) return;
  std::vector<std::string> named;
  for (const auto& [first, second, images] : shared.first)
    named.push_back(fmt::format("\"{}\" and \"{}\" ({})", first, second, images));
  complain(
      fmt::format("warning: {} pair(s) of people have images in common, byte for byte: {}{}; if they are "
                  "one person, remove one of the two folders and import again",
                  shared.count, fmt::join(named, ", "), shared.count > std::ssize(named) ? ", ..." : ""));
}

void print(const data::ImportReport& report, const std::string& output, double seconds) {
  report.bad.for_each([](std::string_view bad) { complain("skipped " + std::string(bad)); });
  for (const auto& remark : report.remarks) complain("warning: " + remark);
  fmt::print("{}: {} identities, {} images from {} in {:.1f} s ({:.0f} images/s)\n", output,
             report.identities, report.images, data::name(report.format), seconds,
             static_cast<double>(report.images) / seconds);
  if (report.genuine_pairs + report.impostor_pairs > 0)
    fmt::print("a benchmark of {} genuine and {} impostor pairs\n", report.genuine_pairs,
               report.impostor_pairs);
  if (!report.bad.empty())
    fmt::print("skipped {} bad image(s) or folder(s), named above\n", report.bad.size());
  print_left_out(report);
  warn_of_shared(report.shared);
  const auto list = std::filesystem::path(output) / data::left_out_name;
  if (!report.bad.empty() || !report.left_out.empty() || report.shared.count > 0)
    fmt::print("all that was left out or is remarkable is listed in {}\n", list.string());
}

/// Whether the images lie as some weights expect: a question to a program that has networks.
int probe(const std::filesystem::path& weights, const std::string& dataset) {
  std::fflush(stdout);  // before the other program prints
  return Process({.words = {sibling("fedfr").string(), "probe", weights.string(), dataset}}).wait();
}

}  // namespace

int run_import(std::span<const std::string> args) {
  data::ImportOptions options;
  std::vector<std::string> sources;
  std::string output, encoding, check;
  boost::optional<std::string> size, format, landmarks, root, init;
  po::options_description described("options", 110);
  described.add_options()                                                                           //
      ("source", path_option(sources)->required(), "folder or file of images; bare words as well")  //
      ("format", po::value(&format),
       "folder, list, bin, parquet, recordio, tar or webdataset, where it does not show by itself")  //
      ("identity-level", po::value(&options.identity_level),
       "a person is the N-th folder from the root, not the folder of the image")   //
      ("output", path_option(output)->required(), "folder of the new collection")  //
      ("resize", po::value(&size), "HxW: bring all images to this size")           //
      ("root", po::value(&root), "folder that the paths of a list begin in")       //
      ("label-field", po::value(&options.label_field),
       "name of the label in the JSON of a webdataset, or of the column of a parquet file")               //
      ("image-field", po::value(&options.image_field), "name of the column of images of a parquet file")  //
      ("landmarks", po::value(&landmarks),
       "file with five points an image: align to InsightFace's 112x112")  //
      ("init", po::value(&init),
       "weights: look whether the images lie as these expect, or swapped colours or another crop do "
       "better")  //
      ("encoding", po::value(&encoding)->default_value("raw"),
       "raw: pixels, fast to read; jpeg: the files as they are, small")  //
      ("check", po::value(&check)->default_value("decode"),
       "decode: every image is decoded once; header: with --encoding jpeg, only its header is read")  //
      ("min-images", po::value(&options.min_images)->default_value(options.min_images),
       "leave out identities with fewer")  //
      ("max-images", po::value(&options.max_images),
       "take only the first so many of an identity, by name")  //
      ("skip-bad", po::bool_switch(&options.skip_bad),
       "leave out images that cannot be used and name them")  //
      ("threads", po::value(&options.threads)->default_value(usable_processors()), "threads that decode");
  if (!parse(args, described, {"source..."}, about)) return 0;
  if (format) options.format = parse_format(*format);
  options.decode = parse_check(check);
  options.encoding = parse_encoding(encoding);
  if (landmarks) options.landmarks = tidy_path(*landmarks);
  if (root) options.root = tidy_path(*root);
  // Before the work: a dataset that is complete would else be followed by an error.
  const std::filesystem::path weights = init ? tidy_path(*init) : std::filesystem::path();
  if (init && !std::filesystem::exists(weights))
    throw UsageError("--init {} does not exist", weights.string());
  if (size) options.resize = parse_size(*size);
  const Stopwatch watch;
  const std::vector<std::filesystem::path> paths(sources.begin(), sources.end());
  const auto report = data::import_images(paths, output, options);
  print(report, output, watch.seconds());
  return init ? probe(weights, output) : 0;
}

}  // namespace fedfr::tool
