#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>

#include <array>
#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/eval/similarity.hpp"
#include "fedfr/eval/verification.hpp"
#include "fedfr/nn/losses.hpp"
#include "measure.hpp"
#include "setting.hpp"

// Similarities and verification. The product of all embeddings with all is our own, in one order of sums on
// every machine; the library's product of the same matrices shows what that order costs.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

std::vector<data::Pair> random_pairs(std::int64_t images, std::int64_t count) {
  constexpr int folds = 10;
  RngStream random({.seed = 1, .purpose = Purpose::synth_image});
  std::vector<data::Pair> pairs(static_cast<std::size_t>(count));
  const auto bound = static_cast<std::uint64_t>(images);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].first = static_cast<std::int64_t>(random.below(bound));
    pairs[i].second = static_cast<std::int64_t>(random.below(bound));
    pairs[i].genuine = random.coin();
    pairs[i].fold = static_cast<int>(i) % folds;
  }
  return pairs;
}

}  // namespace

void run_eval(Words words) {
  Setting setting;
  std::int64_t images = 4000;
  std::int64_t pairs = 6000;
  std::int64_t dimension = 512;
  po::options_description options("options", 110);
  setting.add_to(options);
  options.add_options()                                                        //
      ("images", count_option(images, "images"), "probes, each against each")  //
      ("pairs", count_option(pairs, "pairs"), "of a benchmark")                //
      ("embedding", count_option(dimension, "embedding"), "dimensions of an embedding");
  if (!tool::parse(words, options, {},
                   "Similarities of all images, whose bits depend on no library, beside the library's matrix "
                   "product; and the "
                   "ten-fold verification protocol.\n"))
    return;
  setting.apply();
  const at::Tensor features = nn::unit_rows(at::randn({images, dimension})).contiguous();
  const eval::EmbeddingView view{
      {features.const_data_ptr<float>(), static_cast<std::size_t>(features.numel())}, dimension};
  const auto drawn = random_pairs(images, pairs);
  constexpr std::array fars{1e-1, 1e-2, 1e-3};
  const auto timings = measure_in_turn(
      setting.runs,
      {[&] { eval::for_each_similarity_row(view, view, [](std::int64_t, std::span<const float>) {}); },
       [&] { at::mm(features, features.t()); }, [&] { eval::verify_pairs(view, drawn, fars); }});
  Report report("eval");
  report.setting("images", images);
  report.setting("pairs", pairs);
  report.setting("threads", setting.threads_used());
  const double products = static_cast<double>(images) * static_cast<double>(images);
  report.add({.what = "similarities",
              .value = products / timings[0].median / 1e6,
              .unit = "million/s",
              .bound = "matrix product",
              .limit = products / timings[1].median / 1e6});
  report.add({.what = "verification of all pairs", .value = timings[2].median * 1e3, .unit = "ms"});
  setting.publish(report);
}

}  // namespace fedfr::bench
