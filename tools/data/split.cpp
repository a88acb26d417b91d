// fedfr-data split. A recipe that has no use for an option refuses it, since to ignore it would be to do
// something else than was asked for.
#include "fedfr/data/split/split.hpp"

#include <fmt/format.h>

#include <boost/optional.hpp>
#include <boost/program_options.hpp>
#include <charconv>
#include <limits>

#include "benchmarks.hpp"
#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/data/inspect/overlap.hpp"
#include "fedfr/data/storage/collection_index.hpp"
#include "people_options.hpp"

namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Splits a collection into clients, a public set and a held-out set without common identities
and proves it on what was written.

  fedfr-data split COLLECTION --output DIR [options]

Recipes:
  equal      the same number of identities for every client
  dirichlet  the same in the mean, skewed by --alpha-identities and --alpha-images
  released   the method's released program: first half of the shuffled identities for clients, last half public,
             exclusive bounds on the number of images, the first --test-images images for testing

Examples:
  fedfr-data split faces --output parts --clients 8 --identities-per-client 10 --heldout 60
  fedfr-data split lfw --output parts --clients 8 --identities-per-client 10 --min-images 10 \
      --public-min-images 10 --heldout 1500 --heldout-max-images 9 --pairs 6000 --lfw-pairs pairs.txt
  fedfr-data split cfp --output parts --only cfp-without-lfw.txt --clients 29 --identities-per-client 10
  fedfr-data split faces --output parts --recipe dirichlet --alpha-identities 0.5 --alpha-images 1
  fedfr-data split ms1m --output parts --recipe released --clients 40 --identities-per-client 100 --public 6000
)";

struct SplitOptions {
  std::string collection, output, recipe, public_identities, lfw_pairs;
  PeopleOptions people;
  std::uint64_t seed = 0;
  std::int64_t clients = 0, identities_per_client = 0, heldout = 0, heldout_min_images = 0, public_parts = 0,
               pairs = 0;
  boost::optional<std::int64_t> test_images, min_images, max_images, heldout_max_images;
  boost::optional<std::int64_t> public_min_images, public_max_images;
  boost::optional<double> test_share, alpha_identities, alpha_images;
};

po::options_description describe(SplitOptions& o) {
  po::options_description described("options", 110);
  described.add_options()                                                                                //
      ("collection", path_option(o.collection)->required(), "dataset to split; the first word as well")  //
      ("output", path_option(o.output)->required(), "folder for clients/, public/ and heldout/")         //
      ("recipe", po::value(&o.recipe)->default_value("equal"), "equal, dirichlet or released")           //
      ("seed", po::value(&o.seed)->default_value(100), "seed of every random choice")                    //
      ("clients", po::value(&o.clients)->default_value(8), "number of clients")                          //
      ("identities-per-client", po::value(&o.identities_per_client)->default_value(10),
       "identities of a client")  //
      ("public", po::value(&o.public_identities)->default_value("rest"),
       "public identities: a number or rest")                                                              //
      ("public-parts", po::value(&o.public_parts)->default_value(1), "released: number of public sets")    //
      ("heldout", po::value(&o.heldout)->default_value(0), "identities held out for verification pairs")   //
      ("test-images", po::value(&o.test_images), "test images of each client identity (released: 40)")     //
      ("test-share", po::value(&o.test_share), "instead: share of its images that are test images (0.2)")  //
      ("min-images", po::value(&o.min_images), "fewest images of a client identity (2; released: 101)")    //
      ("max-images", po::value(&o.max_images), "most images of a client identity (released: 109)")         //
      ("public-min-images", po::value(&o.public_min_images),
       "fewest images of a public identity (1; released: 61)")  //
      ("public-max-images", po::value(&o.public_max_images),
       "most images of a public identity (released: 79)")  //
      ("heldout-min-images", po::value(&o.heldout_min_images)->default_value(2),
       "fewest images of a held-out identity")                                                        //
      ("heldout-max-images", po::value(&o.heldout_max_images), "most images of a held-out identity")  //
      ("pairs", po::value(&o.pairs)->default_value(0),
       "also a benchmark heldout-pairs: so many genuine and so many impostor pairs")  //
      ("lfw-pairs", path_option(o.lfw_pairs),
       "also a benchmark lfw-pairs: LFW's pairs.txt without the people of clients and public")  //
      ("alpha-identities", po::value(&o.alpha_identities),
       "dirichlet: skew of identities over clients; smaller is more")  //
      ("alpha-images", po::value(&o.alpha_images),
       "dirichlet: skew of images over the identities of a client");
  add_people_options(described, o.people, "parts with");
  return described;
}

std::optional<std::int64_t> public_number(const std::string& text) {
  if (text == "rest") return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError("--public {} is neither a number nor \"rest\"", text);
  return value;
}

template <class T>
std::optional<T> optional(const boost::optional<T>& value) {
  return value ? std::optional<T>(*value) : std::nullopt;
}

/// Options that another recipe would silently ignore are mistakes.
void refuse(bool given, const char* option, const std::string& recipe) {
  if (given) throw UsageError("--{} has no meaning for --recipe {}", option, recipe);
}

data::SplitPlan plan_skewed(const SplitOptions& o, std::span<const std::int64_t> counts) {
  const bool skewed = o.alpha_identities || o.alpha_images;
  if (o.recipe == "equal") refuse(skewed, "alpha-identities and --alpha-images", o.recipe);
  if (o.recipe == "dirichlet" && !skewed)
    throw UsageError("--recipe dirichlet needs --alpha-identities or --alpha-images");
  refuse(o.public_parts != 1, "public-parts", o.recipe);
  if (o.test_images && o.test_share) throw UsageError("give --test-images or --test-share, not both");
  data::SplitRecipe recipe;
  recipe.clients = o.clients;
  recipe.identities_per_client = o.identities_per_client;
  recipe.public_identities = public_number(o.public_identities);
  recipe.heldout_identities = o.heldout;
  recipe.test_images = optional(o.test_images);
  recipe.test_share = o.test_share.value_or(recipe.test_share);
  recipe.min_images = o.min_images.value_or(recipe.min_images);
  recipe.max_images = optional(o.max_images);
  recipe.public_min_images = o.public_min_images.value_or(recipe.public_min_images);
  recipe.public_max_images = optional(o.public_max_images);
  recipe.heldout_min_images = o.heldout_min_images;
  recipe.heldout_max_images = optional(o.heldout_max_images);
  recipe.alpha_identities = optional(o.alpha_identities);
  recipe.alpha_images = optional(o.alpha_images);
  return data::plan_split(counts, recipe, o.seed);
}

data::SplitPlan plan_released(const SplitOptions& o, std::span<const std::int64_t> counts) {
  refuse(o.alpha_identities || o.alpha_images, "alpha-identities and --alpha-images", o.recipe);
  refuse(o.heldout != 0, "heldout", o.recipe);
  refuse(o.test_share.has_value(), "test-share", o.recipe);
  const auto public_identities = public_number(o.public_identities);
  if (!public_identities) throw UsageError("--recipe released needs --public with a number of identities");
  if (o.seed > std::numeric_limits<std::uint32_t>::max())
    throw UsageError("--seed {} is beyond the 32 bits of the released recipe", o.seed);
  data::ReleasedRecipe recipe;
  recipe.clients = o.clients;
  recipe.client_identities = o.clients * o.identities_per_client;
  recipe.public_identities = *public_identities;
  recipe.public_parts = o.public_parts;
  recipe.test_images = o.test_images.value_or(recipe.test_images);
  recipe.client_above = o.min_images ? *o.min_images - 1 : recipe.client_above;
  recipe.client_below = o.max_images ? *o.max_images + 1 : recipe.client_below;
  recipe.public_above = o.public_min_images ? *o.public_min_images - 1 : recipe.public_above;
  recipe.public_below = o.public_max_images ? *o.public_max_images + 1 : recipe.public_below;
  return data::plan_released_split(counts, recipe, static_cast<std::uint32_t>(o.seed));
}

data::SplitPlan plan(const SplitOptions& o, std::span<const std::int64_t> counts) {
  if (o.recipe == "released") return plan_released(o, counts);
  if (o.recipe == "equal" || o.recipe == "dirichlet") return plan_skewed(o, counts);
  throw UsageError("--recipe {} is not known: use equal, dirichlet or released", o.recipe);
}

/// The benchmarks that belong to a split, beside its parts in `folder`.
std::string write_benchmarks(const SplitOptions& o, const data::Dataset& collection,
                             const std::filesystem::path& folder, const data::SplitReport& report) {
  constexpr int folds = 10;
  std::string text;
  if (o.pairs > 0)
    text += "heldout-pairs\n" + draw_benchmark(data::Dataset(folder / "heldout"), o.pairs, o.pairs, folds,
                                               o.seed, {}, folder / "heldout-pairs");
  if (!o.lfw_pairs.empty()) {
    PeopleOptions without_trained;
    for (const auto& part : report.parts)
      if (part.name != "heldout") without_trained.exclude.push_back(folder / part.name);
    text += "lfw-pairs\n" +
            make_listed_benchmark(o.lfw_pairs, "", collection, without_trained, folder / "lfw-pairs");
  }
  return text;
}

}  // namespace

int run_split(std::span<const std::string> args) {
  SplitOptions options;
  if (!parse(args, describe(options), {"collection"}, about)) return 0;
  if (options.pairs < 0 || (options.pairs > 0 && options.heldout == 0))
    throw UsageError("--pairs needs a number above 0, and --heldout with the people to draw them from");
  const data::Dataset collection(options.collection);
  const auto choice = choose(options.people, collection);
  const auto planned =
      data::plan_among(data::index_collection(collection), choice.people,
                       [&](std::span<const std::int64_t> counts) { return plan(options, counts); });
  std::string benchmarks;
  const auto report = data::write_split(collection, planned, options.output,
                                        [&](const std::filesystem::path& folder, const auto& parts) {
                                          benchmarks = write_benchmarks(options, collection, folder, parts);
                                        });
  fmt::print("{}{}", data::describe(report), benchmarks);
  std::vector<data::Dataset> parts;
  for (const auto& part : report.parts) parts.emplace_back(std::filesystem::path(options.output) / part.name);
  for (const auto& warning : data::overlap_warnings(parts, {})) complain("warning: " + warning);
  return 0;
}

}  // namespace fedfr::tool
