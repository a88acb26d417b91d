#include "fedfr/data/export/export.hpp"

#include <fmt/format.h>

#include <boost/optional.hpp>
#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/standard_streams.hpp"

// fedfr-data export: datasets as the programs of others want them.
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Writes a dataset as other programs want it. Images that the dataset keeps as files leave as they are, pixels as PNG
(without loss) or, with --quality, as JPEG.

  fedfr-data export DATASET --format folder|rec|bin --output OUT [options]

  folder  OUT/IDENTITY/IMAGE; of a set of clients OUT/CLIENT/IDENTITY/IMAGE
  rec     OUT/train.rec, train.idx, train.lst and property, as InsightFace's sets for training
  bin     the file OUT, as InsightFace's sets for verification; only of benchmarks

Examples:
  fedfr-data export parts/public --format rec --output faces_public
  fedfr-data export lfw-pairs --format bin --output lfw.bin
  fedfr-data export parts/clients --format folder --output clients --quality 95
)";

}  // namespace

int run_export(std::span<const std::string> args) {
  std::string dataset, output, format;
  boost::optional<int> quality;
  po::options_description described("options", 110);
  described.add_options()                                                                        //
      ("dataset", path_option(dataset)->required(), "dataset of any role; a bare word as well")  //
      ("format", po::value(&format)->required(), "folder, rec or bin")                           //
      ("output", path_option(output)->required(), "new folder, or file for bin")                 //
      ("quality", po::value(&quality), "JPEG from 1 to 100 for pixels, not PNG");
  if (!parse(args, described, {"dataset"}, about)) return 0;
  if (quality && (*quality < 1 || *quality > 100))
    throw UsageError("--quality {} is not from 1 to 100", *quality);
  if (format != "folder" && format != "rec" && format != "bin")
    throw UsageError("--format {} is not known: use folder, rec or bin", format);
  const data::Dataset source(dataset);
  const data::ExportOptions options{.quality = quality ? std::optional(*quality) : std::nullopt};
  const auto report = format == "bin" ? data::export_pairs(source, output, options)
                                      : data::export_images(source, output,
                                                            format == "rec" ? data::ExportFormat::record_io
                                                                            : data::ExportFormat::folder,
                                                            options);
  for (const auto& remark : report.remarks) complain("warning: " + remark);
  fmt::print("{}: {} images of {} identities", output, report.images, report.identities);
  fmt::print("{}\n", report.pairs > 0 ? fmt::format(", {} pairs", report.pairs) : "");
  return 0;
}

}  // namespace fedfr::tool
