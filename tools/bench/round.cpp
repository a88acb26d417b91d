#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cmath>

#include "commands.hpp"
#include "common/parse.hpp"
#include "measure.hpp"
#include "random_faces.hpp"
#include "real_run.hpp"
#include "setting.hpp"
#include "trainee.hpp"

// Whole rounds by `fedfr train` beside the convolutions and matrix products that they cannot do without,
// counted from the options: what the loader, losses, mining, states, averaging and records add to a round.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

struct Workload {
  int ranks = 1;
  int clients = 1;
  int epochs = 8;
  int images = 64;
  int publics = 128;
};

constexpr int identities = 8;

std::vector<std::string> job(const NetworkSetting& network, const Setting& setting, const Workload& work,
                             const std::filesystem::path& data) {
  auto words = network.words();
  words.insert(words.end(), {"--clients",         (data / "clients").string(),
                             "--public",          (data / "public").string(),
                             "--local-epochs",    std::to_string(work.epochs),
                             "--adaptive-epochs", "false",
                             "--hn-threshold",    "-1",
                             "--hn-cap",          "1",
                             "--rounds",          "2",
                             "--personalised",    "false",
                             "--evaluate-every",  "0",
                             "--pictures",        "false",
                             "--threads",         std::to_string(setting.threads_used())});
  return words;
}

/// Images through training and through frozen networks in a round after the first. Of the two views of an
/// image the expected part is looked at by some epoch: by the previous model those of each image of a
/// client's round (its own and as many public ones), by the global model those of its own, all of them as
/// they are, and both views of all public ones.
double kernels_of_round(const KernelSeconds& kernels, const Workload& work) {
  const double looked_at = 1 - std::ldexp(1.0, -work.epochs);
  const double own = static_cast<double>(work.images) * work.clients;
  const double trained = 2 * own * work.epochs;
  const double frozen = 2 * own * 2 * looked_at + own * (1 + looked_at) + 2.0 * work.publics;
  return (trained * kernels.training + frozen * kernels.frozen) / work.ranks;
}

/// Medians over some runs.
struct Measured {
  double round = 0;                      // seconds
  std::map<std::string, double> phases;  // seconds
  double peak_memory_mb = 0;
};

Measured measure_rounds(const Setting& setting, const NetworkSetting& network, const Workload& work,
                        const std::filesystem::path& folder) {
  std::vector<double> seconds;
  std::map<std::string, std::vector<double>> phases;
  Measured measured;
  for (int run = 0; run < setting.runs; ++run) {
    const auto one =
        train(work.ranks, job(network, setting, work, folder), folder / fmt::format("run.{}", run));
    seconds.push_back(wall_seconds(one.metrics, 2));
    for (const auto& [phase, taken] : one.metrics.rounds.at(1).phases) phases[phase].push_back(taken);
    measured.peak_memory_mb = std::max(measured.peak_memory_mb, one.peak_memory_mb);
  }
  measured.round = timing_of(seconds).median;
  for (const auto& [phase, taken] : phases) measured.phases[phase] = timing_of(taken).median;
  return measured;
}

void add_to(po::options_description& options, Workload& work) {
  options.add_options()                                                              //
      ("ranks", count_option(work.ranks, "ranks"), "under mpirun if more than one")  //
      ("clients", count_option(work.clients, "clients"),
       "that train, one after the other on a rank")                   //
      ("epochs", count_option(work.epochs, "epochs"), "of a client")  //
      ("images", count_option(work.images, "images"), "of a client")  //
      ("public", count_option(work.publics, "public"),
       "public images, of which as many as a client has are kept");
}

}  // namespace

void run_round(Words words) {
  Setting setting;
  NetworkSetting network;
  Workload work;
  setting.runs = 3;
  po::options_description options("options", 110);
  setting.add_to(options);
  network.add_to(options);
  add_to(options, work);
  if (!tool::parse(words, options, {},
                   "The second round of `fedfr train` with the whole method (in the first no client has a "
                   "previous model), "
                   "beside the bare convolutions\nand matrix products of the same images.\n"))
    return;
  setting.apply();
  require_ranks(work.ranks);
  const TemporaryFolder folder("fedfr-bench", setting.folder);
  write_random_faces(folder.path() / "clients", data::Role::clients, network.image_size(),
                     {.clients = work.clients, .identities = identities, .images = work.images / identities});
  write_random_faces(folder.path() / "public", data::Role::public_set, network.image_size(),
                     {.clients = 1, .identities = identities, .images = work.publics / identities});
  const auto kernels = kernel_seconds(setting, network);
  const Measured measured = measure_rounds(setting, network, work, folder.path());
  Report report("round");
  network.describe(report);
  report.setting("ranks", work.ranks);
  report.setting("threads", setting.threads_used());
  report.setting("clients", work.clients);
  report.setting("epochs", work.epochs);
  report.add({.what = "round",
              .value = measured.round,
              .unit = "s",
              .bound = "convolutions and matrix products",
              .limit = kernels_of_round(kernels, work)});
  for (const auto& [phase, seconds] : measured.phases)
    report.add({.what = "  " + phase, .value = seconds, .unit = "s"});
  report.add({.what = "peak memory of a rank", .value = measured.peak_memory_mb, .unit = "MB"});
  setting.publish(report);
}

}  // namespace fedfr::bench
