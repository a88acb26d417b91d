#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "kernels.hpp"
#include "measure.hpp"
#include "trainee.hpp"

// Embeddings of a frozen model: the passes over public images that a round begins with, and those of
// evaluation.
namespace fedfr::bench {

namespace po = boost::program_options;

void run_frozen_features(Words words) {
  Setting setting;
  NetworkSetting network;
  network.batch = 64;
  int batches = 1;
  po::options_description options("options", 110);
  setting.add_to(options);
  network.add_to(options);
  options.add_options()("batches", count_option(batches, "batches"),
                        "of one repetition; a GPU needs several to get going");
  if (!tool::parse(words, options, {},
                   "Embeddings of a frozen model, from reading images to features, beside the bare "
                   "convolutions and matrix "
                   "products of the same batch.\n"))
    return;
  setting.apply();
  Trainee trainee(setting, network, batches);
  const Kernels kernels(trainee.device(), [&] { trainee.embed(); });
  const auto timings = measure_in_turn(setting.runs, {[&] { trainee.embed(); }, [&] { kernels.repeat(); }});
  const double images = batches * network.batch;
  Report report("frozen-features");
  network.describe(report);
  report.setting("threads", setting.threads_used());
  report.add({.what = "embed",
              .value = images / timings[0].median,
              .unit = "images/s",
              .bound = fmt::format("its {} convolutions and matrix products", kernels.count()),
              .limit = images / timings[1].median});
  add_arithmetic(report, trainee.device(), network, kernels.operations() / timings[0].median);
  setting.publish(report);
}

}  // namespace fedfr::bench
