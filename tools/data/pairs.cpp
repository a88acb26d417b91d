#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "benchmarks.hpp"
#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"

// fedfr-data pairs: a benchmark from a protocol that others use (--lfw), or drawn from people of one's own
// (--from).
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Makes a verification benchmark: pairs of images in folds, with only the images that they use.

  fedfr-data pairs --lfw pairs.txt --images COLLECTION --output DIR [--exclude DATASET ...]
  fedfr-data pairs --from COLLECTION --output DIR [options]

Examples:
  fedfr-data pairs --lfw pairs.txt --images lfw --output lfw-pairs
  fedfr-data pairs --lfw pairs.txt --images lfw --output lfw-unseen --exclude parts/clients --exclude parts/public
  fedfr-data pairs --from parts/heldout --output parts/pairs --genuine 3000 --impostor 3000 --folds 10
)";

struct PairOptions {
  std::string lfw, images, from, output;
  std::vector<std::string> exclude;
  std::int64_t genuine = 0, impostor = 0;
  int folds = 0;
  std::uint64_t seed = 0;
};

po::options_description describe(PairOptions& o) {
  po::options_description described("options", 110);
  described.add_options()                                                                //
      ("output", path_option(o.output)->required(), "folder of the new benchmark")       //
      ("lfw", path_option(o.lfw), "pairs in the format of LFW's pairs.txt")              //
      ("images", path_option(o.images), "with --lfw: collection that holds the images")  //
      ("exclude", path_option(o.exclude)->composing(),
       "with --lfw: drop pairs with identities of this dataset (repeatable)")                             //
      ("from", path_option(o.from), "draw pairs from this dataset instead")                               //
      ("genuine", po::value(&o.genuine)->default_value(3000), "with --from: pairs of one identity")       //
      ("impostor", po::value(&o.impostor)->default_value(3000), "with --from: pairs of two identities")   //
      ("folds", po::value(&o.folds)->default_value(10), "with --from: folds, without common identities")  //
      ("seed", po::value(&o.seed)->default_value(100), "with --from: seed of every random choice");
  return described;
}

void make_lfw(const PairOptions& o) {
  if (o.images.empty()) throw UsageError("--lfw needs --images with the collection that holds the images");
  fmt::print("{}", make_lfw_benchmark(o.lfw, data::Dataset(o.images), {o.exclude.begin(), o.exclude.end()},
                                      o.output));
}

void draw(const PairOptions& o) {
  if (!o.images.empty() || !o.exclude.empty())
    throw UsageError("--images and --exclude have no meaning without --lfw");
  fmt::print("{}", draw_benchmark(data::Dataset(o.from), o.genuine, o.impostor, o.folds, o.seed, o.output));
}

}  // namespace

int run_pairs(std::span<const std::string> args) {
  PairOptions options;
  if (!parse(args, describe(options), {}, about)) return 0;
  if (options.lfw.empty() == options.from.empty())
    throw UsageError("give either --lfw FILE with --images COLLECTION, or --from COLLECTION");
  options.lfw.empty() ? draw(options) : make_lfw(options);
  return 0;
}

}  // namespace fedfr::tool
