#include "fedfr/data/inspect/inspect.hpp"

#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/data/storage/dataset_place.hpp"

// fedfr-data inspect. A contact sheet may go to standard output, and then nothing else may: a line of text
// would spoil the PNG.
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Shows what a dataset holds.

  fedfr-data inspect DATASET [options]

Examples:
  fedfr-data inspect parts/clients
  fedfr-data inspect parts/clients --json > clients.json
  fedfr-data inspect lfw --contact-sheet faces.png --identities 12 --images 10
)";

}  // namespace

int run_inspect(std::span<const std::string> args) {
  std::string dataset, picture;
  bool json = false;
  std::int64_t identities = 0, images = 0;
  po::options_description described("options", 110);
  described.add_options()                                                                              //
      ("dataset", path_option(dataset)->required(), "dataset to look at; the first word as well")      //
      ("json", po::bool_switch(&json), "print everything as JSON")                                     //
      ("contact-sheet", path_option(picture), "also draw images to this PNG file, a row an identity")  //
      ("identities", po::value(&identities)->default_value(10), "rows of the contact sheet")           //
      ("images", po::value(&images)->default_value(10), "columns of the contact sheet");
  if (!parse(args, described, {"dataset"}, about)) return 0;
  if (!picture.empty()) {
    check_output(picture);
    data::refuse_part_of_dataset(picture);
  }
  const bool prints_picture = !picture.empty() && is_standard_output(picture);
  const data::Dataset opened(dataset);
  const auto summary = data::summarise(opened);
  if (!prints_picture) fmt::print("{}", json ? data::to_json(summary) : data::describe(summary));
  if (picture.empty()) return 0;
  const auto sheet = data::make_contact_sheet(opened, identities, images);
  data::write_png(picture, sheet.image);
  if (json || prints_picture) return 0;
  fmt::print("\n{}, from top to bottom:\n", picture);
  for (const auto& row : sheet.rows) fmt::print("  {}\n", row);
  return 0;
}

}  // namespace fedfr::tool
