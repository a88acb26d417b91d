#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <charconv>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/data/synth/synth_dataset.hpp"

// fedfr-data synth: options of the procedural faces, which src/data/synth draws.
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Makes a collection of procedural faces: identities with a geometry, colours and hair of
their own, in pictures of varying pose, light, expression, background and occlusion.

  fedfr-data synth OUT [options]

Examples:
  fedfr-data synth faces --identities 300 --images 24
  fedfr-data synth faces112 --identities 1000 --images 10:40 --size 112 --seed 7 --threads 8
)";

std::int64_t whole_number(std::string_view text, const std::string& option) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError("--images {} is not a number N or a range N:M", option);
  return value;
}

}  // namespace

int run_synth(std::span<const std::string> args) {
  data::synth::DatasetOptions options;
  std::string out, images;
  int side = 0;
  po::options_description described("options");
  described.add_options()                                                                               //
      ("output", path_option(out)->required(), "folder of the new collection; the first word as well")  //
      ("identities", po::value(&options.identities)->default_value(100), "number of identities")        //
      ("images", po::value(&images)->default_value("20"),
       "images of each identity: N, or N:M for a random number")                   //
      ("size", po::value(&side)->default_value(56), "height and width in pixels")  //
      ("nuisance", po::value(&options.nuisance)->default_value(1),
       "0 to 1.5: how much pictures of a person differ in pose, light, expression, cover")  //
      ("seed", po::value(&options.seed)->default_value(1), "seed of every random choice")   //
      ("threads", po::value(&options.threads)->default_value(usable_processors()),
       "threads that draw; the images do not depend on it");
  if (!parse(args, described, {"output"}, about)) return 0;

  const auto colon = images.find(':');
  options.min_images = whole_number(std::string_view(images).substr(0, colon), images);
  options.max_images = colon == std::string::npos
                           ? options.min_images
                           : whole_number(std::string_view(images).substr(colon + 1), images);
  options.size = {side, side};
  const Stopwatch watch;
  data::synth::write_collection(out, options);
  const data::Dataset made(out);
  fmt::print("{}: {} identities, {} images of {}x{} in {:.1f} s ({:.0f} images/s)\n", out, made.identities(),
             made.images(), side, side, watch.seconds(),
             static_cast<double>(made.images()) / watch.seconds());
  return 0;
}

}  // namespace fedfr::tool
