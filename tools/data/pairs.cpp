#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "benchmarks.hpp"
#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"
#include "people_options.hpp"

// fedfr-data pairs: a benchmark from a list of pairs that others use (--list), or drawn from people of one's
// own
// (--from).
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Makes a verification benchmark: pairs of images in folds, with only the images that they use.

  fedfr-data pairs --images COLLECTION --list LIST --output DIR [--only WHO] [--exclude WHO]
  fedfr-data pairs --from COLLECTION --output DIR [options]

LIST is recognised: LFW's pairs.txt (View 2) or pairsDevTrain.txt and pairsDevTest.txt (View 1); CFP's folder Protocol
(with --protocol FF or FP) or Protocol/Split/FF; a CSV with the columns fold,first,second,same; or two paths and 1 or 0 a
line, as InsightFace's tools have it. The end of a path names the image: IDENTITY/IMAGE.jpg, or IMAGE.jpg alone.
WHO is a dataset, or a text file with the name of a person a line.

Examples:
  fedfr-data pairs --images lfw --list pairs.txt --output lfw-pairs
  fedfr-data pairs --images cfp --list CFP/Protocol --protocol FP --output cfp-fp
  fedfr-data pairs --images lfw --list pairs.txt --output lfw-unseen --exclude parts/clients --exclude parts/public
  fedfr-data pairs --images cfp --list cfp-ff.csv --output cfp-ff --only cfp-without-lfw.txt
  fedfr-data pairs --from parts/heldout --output parts/pairs --genuine 3000 --impostor 3000 --folds 10
)";

struct PairOptions {
  std::string list, lfw, protocol, images, from, output;
  PeopleOptions people;
  std::int64_t genuine = 0, impostor = 0;
  int folds = 0;
  std::uint64_t seed = 0;
};

po::options_description describe(PairOptions& o) {
  po::options_description described("options", 110);
  described.add_options()                                                                                 //
      ("output", path_option(o.output)->required(), "folder of the new benchmark")                        //
      ("list", path_option(o.list), "pairs, in one of the forms above")                                   //
      ("lfw", path_option(o.lfw), "the same, by its older name")                                          //
      ("protocol", po::value(&o.protocol), "with --list, of CFP: FF or FP")                               //
      ("images", path_option(o.images), "with --list: collection that holds the images")                  //
      ("from", path_option(o.from), "draw pairs from this dataset instead")                               //
      ("genuine", po::value(&o.genuine)->default_value(3000), "with --from: pairs of one identity")       //
      ("impostor", po::value(&o.impostor)->default_value(3000), "with --from: pairs of two identities")   //
      ("folds", po::value(&o.folds)->default_value(10), "with --from: folds, without common identities")  //
      ("seed", po::value(&o.seed)->default_value(100), "with --from: seed of every random choice");
  add_people_options(described, o.people, "pairs of");
  return described;
}

void make_listed(const PairOptions& o) {
  if (o.images.empty()) throw UsageError("--list needs --images with the collection that holds the images");
  fmt::print("{}", make_listed_benchmark(o.list, o.protocol, data::Dataset(o.images), o.people, o.output));
}

void draw(const PairOptions& o) {
  if (!o.images.empty() || !o.protocol.empty())
    throw UsageError("--images and --protocol have no meaning without --list");
  fmt::print("{}", draw_benchmark(data::Dataset(o.from), o.genuine, o.impostor, o.folds, o.seed, o.people,
                                  o.output));
}

}  // namespace

int run_pairs(std::span<const std::string> args) {
  PairOptions options;
  if (!parse(args, describe(options), {}, about)) return 0;
  if (!options.lfw.empty() && !options.list.empty())
    throw UsageError("--lfw is another name of --list: give one of them");
  if (!options.lfw.empty()) options.list = options.lfw;
  if (options.list.empty() == options.from.empty())
    throw UsageError("give either --list LIST with --images COLLECTION, or --from COLLECTION");
  options.list.empty() ? draw(options) : make_listed(options);
  return 0;
}

}  // namespace fedfr::tool
