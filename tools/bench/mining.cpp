#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/fl/parts/hard_negatives.hpp"
#include "fedfr/nn/losses.hpp"
#include "measure.hpp"
#include "setting.hpp"

// Mining of hard negatives, whose bulk is one product of all public with all own embeddings; the bound is
// that product in the same blocks and nothing else.
namespace fedfr::bench {

namespace po = boost::program_options;

void run_mining(Words words) {
  Setting setting;
  std::int64_t local = 1000;
  std::int64_t publics = 50'000;
  std::int64_t dimension = 512;
  po::options_description options("options", 110);
  setting.add_to(options);
  options.add_options()                                                //
      ("local", count_option(local, "local"), "images of the client")  //
      ("public", count_option(publics, "public"), "public images")     //
      ("embedding", count_option(dimension, "embedding"), "dimensions of an embedding");
  if (!tool::parse(
          words, options, {},
          "Hard negatives of one client, from features to indices, beside the bare matrix product.\n"))
    return;
  setting.apply();
  const at::Tensor own = at::randn({local, dimension});
  const fl::Candidates others = fl::candidates(at::randn({publics, dimension}));
  const at::Tensor own_units = nn::unit_rows(own);
  // In blocks, as no memory would hold the products of a million public images.
  constexpr std::int64_t block = 4096;
  const auto bare = [&] {
    for (std::int64_t begin = 0; begin < publics; begin += block)
      at::mm(others.features.narrow(0, begin, std::min(block, publics - begin)), own_units.t());
  };
  const auto timings = measure_in_turn(
      setting.runs,
      {[&] { fl::mine_hard_negatives(nn::unit_rows(own), others, {.threshold = 0.1, .cap = 1}); }, bare});
  Report report("mining");
  report.setting("local", local);
  report.setting("public", publics);
  report.setting("threads", setting.threads_used());
  report.add({.what = "mine a client",
              .value = timings[0].median * 1e3,
              .unit = "ms",
              .bound = "matrix product in blocks of 4,096 rows",
              .limit = timings[1].median * 1e3});
  setting.publish(report);
}

}  // namespace fedfr::bench
