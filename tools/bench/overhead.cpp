#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "measure.hpp"
#include "random_faces.hpp"
#include "real_run.hpp"
#include "setting.hpp"

// What the program adds to each client where there is next to nothing to compute: many tiny clients by `fedfr
// train` beside a loop of the same steps on images in memory. Here it is reading, converting, states, exact
// sums and records that count.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

// The workload that general simulators of federated learning are compared on.
struct Workload {
  int clients = 200;
  int rounds = 5;
  int cohort() const { return clients / 4; }
};
constexpr int classes = 10;
constexpr int images_per_class = 5;
constexpr int batch = 10;
constexpr int steps = classes * images_per_class / batch;
constexpr int size = 32;
constexpr double learning_rate = 0.1;

/// What a client needs from LibTorch and nothing else: the steps of one cohort on float images in memory.
class BareLoop {
 public:
  explicit BareLoop(const std::string& network)
      : backbone_(nn::Backbone::make(
            {.name = network, .embedding = classes, .height = size, .width_pixels = size})),
        model_(backbone_->make_parameters()),
        images_(at::rand({batch, 3, size, size})),
        labels_(at::randint(classes, {batch}, at::kLong)) {
    model_.initialise(1, Purpose::initialise_backbone);
  }

  void train_cohort(int cohort) {
    model_.set_trainable(true);
    for (int step = 0; step < cohort * steps; ++step) {
      at::cross_entropy_loss(backbone_->embed(model_, images_), labels_).backward();
      const at::NoGradGuard no_grad;
      for (const at::Tensor& parameter : model_.tensors()) {
        parameter.sub_(parameter.grad(), learning_rate);
        parameter.mutable_grad() = at::Tensor();
      }
    }
    model_.set_trainable(false);
  }

 private:
  std::unique_ptr<nn::Backbone> backbone_;
  nn::ParameterSet model_;
  at::Tensor images_, labels_;
};

std::vector<std::string> job(const std::string& network, const Workload& workload,
                             const std::filesystem::path& data) {
  return {"--clients",
          data.string(),
          "--algorithm",
          "fedavg",
          "--backbone",
          network,
          "--embedding",
          std::to_string(classes),
          "--margin",
          "logits",
          "--personalised",
          "false",
          "--personal-models",
          "false",
          "--cohort-share",
          fmt::format("{}", static_cast<double>(workload.cohort()) / workload.clients),
          "--local-epochs",
          "1",
          "--adaptive-epochs",
          "false",
          "--batch",
          std::to_string(batch),
          "--lr",
          fmt::format("{}", learning_rate),
          "--momentum",
          "0",
          "--weight-decay",
          "0",
          "--mirror",
          "false",
          "--rounds",
          std::to_string(workload.rounds),
          "--evaluate-every",
          "0",
          "--pictures",
          "false",
          "--threads",
          "1",
          "--device",
          "cpu"};
}

void measure(const Setting& setting, const Workload& workload, const std::string& network, int ranks,
             const TemporaryFolder& folder, Report& report) {
  BareLoop loop(network);
  std::vector<double> seconds;
  double memory = 0;
  int number = 0;
  const auto bare = measure_in_turn(
      setting.runs, {[&] { loop.train_cohort(workload.cohort()); },
                     [&] {
                       const auto output = folder.path() / fmt::format("{}.{}.{}", network, ranks, number++);
                       const auto run =
                           train(ranks, job(network, workload, folder.path() / "clients"), output);
                       for (int round = 2; round <= workload.rounds; ++round)
                         seconds.push_back(wall_seconds(run.metrics, round));
                       memory = std::max(memory, run.peak_memory_mb);
                     }})[0];
  const double round = timing_of(seconds).median;
  const std::string name = fmt::format("{}, {} rank{}", network, ranks, ranks == 1 ? "" : "s");
  report.add({.what = fmt::format("{}: a round of {} clients", name, workload.cohort()),
              .value = round * 1e3,
              .unit = "ms",
              .bound = "bare LibTorch loop of the same steps",
              // The bound of several ranks: each takes its share of the clients, and no rank slows another
              // down.
              .limit = bare.median * 1e3 / ranks});
  report.add({.what = name + ": overhead a client",
              .value = (round * ranks - bare.median) * 1e3 / workload.cohort(),
              .unit = "ms",
              .note = fmt::format("(bare: {:.3f} ms)", bare.median * 1e3 / workload.cohort())});
  report.add({.what = name + ": peak memory of a rank", .value = memory, .unit = "MB"});
}

}  // namespace

void run_overhead(Words words) {
  Setting setting;
  po::options_description options("options", 110);
  setting.add_to(options);
  int most_ranks = 2;
  Workload workload;
  options.add_options()                                                           //
      ("ranks", count_option(most_ranks, "ranks"), "measured with 1 to so many")  //
      ("clients", count_option(workload.clients, "clients"),
       "a quarter trains in a round")  //
      ("rounds", count_option(workload.rounds, "rounds"), "of a run; the first does not count");
  if (!tool::parse(
          words, options, {},
          "Federated averaging of many tiny clients by `fedfr train`: a quarter of them a round, 50 images "
          "of "
          "3x32x32 a client, one epoch in batches of\n10, SGD 0.1, one thread; with the two-convolution "
          "network of "
          "pfl-research's CIFAR-10 benchmark (without dropout) and one linear layer.\nThe bare loop makes "
          "the same "
          "steps on one thread and nothing else; with several ranks, its time is shared by them.\n"))
    return;
  setting.threads = 1;
  setting.apply();
  require_ranks(most_ranks);
  if (workload.clients < 4 || workload.rounds < 2)
    throw UsageError("at least 4 --clients and 2 --rounds are needed");
  const TemporaryFolder folder("fedfr-bench", setting.folder);
  write_random_faces(folder.path() / "clients", data::Role::clients, {size, size},
                     {.clients = workload.clients, .identities = classes, .images = images_per_class});
  Report report("overhead");
  report.setting("clients", workload.clients);
  report.setting("cohort", workload.cohort());
  for (int ranks = 1; ranks <= most_ranks; ++ranks)
    for (const char* network : {"linear", "cnn"}) measure(setting, workload, network, ranks, folder, report);
  setting.publish(report);
}

}  // namespace fedfr::bench
