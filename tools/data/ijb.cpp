#include <fmt/format.h>

#include <boost/optional.hpp>
#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/data/templates/template_import.hpp"

// fedfr-data ijb: IJB-B and IJB-C as they are handed out become a dataset of templates.
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Makes a dataset of templates of IJB-B or IJB-C: the images, aligned to 112x112 by the five points of each, and the
tables of 1:1 and 1:N beside them. `fedfr evaluate` knows such a dataset.

  fedfr-data ijb IMAGES --output DIR [options]

IMAGES is the folder loose_crop, a tar file of it, or a folder that has loose_crop and meta. The tables are found by
their endings: *_name_5pts_score.txt, *_face_tid_mid.txt, *_template_pair_label.txt, *_1N_gallery_G1.csv and G2 (or S1
and S2), *_1N_probe_mixed.csv. Those of 1:1 or of 1:N may be missing.

Examples:
  fedfr-data ijb IJBC --output data/ijbc --threads 8
  fedfr-data ijb loose_crop.tar --meta IJBC/meta --output data/ijbc
)";

void print(const data::TemplateImportReport& report, const std::string& output, double seconds) {
  fmt::print("{}: {} images, {} templates, {} people in {:.1f} s ({:.0f} images/s)\n", output, report.images,
             report.templates, report.people, seconds, static_cast<double>(report.images) / seconds);
  fmt::print("1:1: {} genuine and {} impostor pairs\n", report.genuine_pairs, report.impostor_pairs);
  fmt::print("1:N: galleries of {} and {} templates, {} probes\n", report.gallery_templates[0],
             report.gallery_templates[1], report.probe_templates);
}

}  // namespace

int run_ijb(std::span<const std::string> args) {
  std::string images, output;
  boost::optional<std::string> meta;
  int threads = 0;
  po::options_description described("options", 110);
  described.add_options()                                                                          //
      ("images", path_option(images)->required(), "where the images lie; the first word as well")  //
      ("meta", po::value(&meta), "folder of the tables (default: meta, in IMAGES or beside it)")   //
      ("output", path_option(output)->required(), "folder of the new dataset")                     //
      ("threads", po::value(&threads)->default_value(usable_processors()), "threads that decode");
  if (!parse(args, described, {"images"}, about)) return 0;
  std::optional<std::filesystem::path> tables;
  if (meta) tables = *meta;
  const Stopwatch watch;
  const auto report = data::import_templates(data::find_template_source(images, tables), output, threads);
  print(report, output, watch.seconds());
  return 0;
}

}  // namespace fedfr::tool
