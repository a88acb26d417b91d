#include "train_step.hpp"

#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/fl/local_trainer.hpp"
#include "kernels.hpp"
#include "measure.hpp"
#include "random_faces.hpp"

namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

constexpr int identities = 8;

/// A client with so many steps an epoch and 100 public identities, set up as by the real program.
class Trainee {
 public:
  Trainee(const Setting& setting, const NetworkSetting& network, int steps) : folder_(setting.folder) {
    write_random_faces(
        folder_.path() / "clients", data::Role::clients, network.image_size(),
        {.clients = 1, .identities = identities, .images = steps * network.batch / identities});
    write_random_faces(folder_.path() / "public", data::Role::public_set, network.image_size(),
                       {.clients = 1, .identities = 100, .images = 1});
    auto words = network.words();
    words.insert(words.end(), {"--clients", (folder_.path() / "clients").string(), "--public",
                               (folder_.path() / "public").string()});
    experiment_ = make_experiment(words);
    std::string note;
    model_ = std::make_unique<fl::GlobalModel>(experiment_->initial_model(note));
  }

  /// One epoch with the whole objective, but no public images among the client's.
  fl::LocalStatistics train(bool contrastive) {
    auto config = experiment_->training;
    config.public_images = fl::PublicImages::none;
    config.objective.contrastive = contrastive;
    fl::LocalTrainer trainer(*model_, config, nullptr);
    const double rate[] = {1e-4};
    return trainer
        .train(experiment_->training_data(ClientId{0}), 0, rate, nullptr, model_->parameters().flat(), {})
        .statistics;
  }

  /// A frozen pass over the client's images.
  void embed() {
    const fl::RoundImages images(experiment_->training_data(ClientId{0}));
    fl::embed_round(model_->backbone(), model_->parameters(), images, false, experiment_->training.embed);
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<run::Experiment> experiment_;
  std::unique_ptr<fl::GlobalModel> model_;
};

}  // namespace

KernelSeconds kernel_seconds(const Setting& setting, const NetworkSetting& network) {
  Trainee one_step(setting, network, 1);
  NetworkSetting wide = network;
  wide.batch = 64;  // as frozen passes are made
  Trainee one_pass(setting, wide, 1);
  const Kernels training([&] { one_step.train(false); });
  const Kernels frozen([&] { one_pass.embed(); });
  const auto timings = measure_in_turn(setting.runs, {[&] { training.repeat(); }, [&] { frozen.repeat(); }});
  return {.training = timings[0].median / network.batch, .frozen = timings[1].median / wide.batch};
}

void run_train_step(Words words) {
  Setting setting;
  NetworkSetting network;
  int steps = 4;
  po::options_description options("options", 110);
  setting.add_to(options);
  network.add_to(options);
  options.add_options()("steps", po::value(&steps)->default_value(steps), "of one repetition");
  if (!tool::parse(words, options, {},
                   "Steps of local training with the whole objective of FedFR, from reading images to new "
                   "weights, beside the "
                   "bare convolutions and\nmatrix products of the same steps.\n"))
    return;
  setting.apply();
  Trainee trainee(setting, network, steps);
  Trainee one_step(setting, network, 1);
  const Kernels kernels([&] { one_step.train(false); });
  std::vector<double> seconds;
  std::vector<double> waiting;
  const auto timings = measure_in_turn(setting.runs, {[&] {
                                                        const auto statistics = trainee.train(true);
                                                        seconds.push_back(statistics.seconds_training);
                                                        waiting.push_back(statistics.seconds_waiting);
                                                      },
                                                      [&] {
                                                        for (int i = 0; i < steps; ++i) kernels.repeat();
                                                      }});
  seconds.erase(seconds.begin());  // of warming up
  waiting.erase(waiting.begin());
  Report report("train-step");
  network.describe(report);
  report.setting("threads", setting.threads_used());
  const double images = steps * network.batch;
  const double median = timing_of(seconds).median;
  report.add({.what = "train",
              .value = images / median,
              .unit = "images/s",
              .bound = fmt::format("its {} convolutions and matrix products", kernels.count()),
              .limit = images / timings[1].median});
  report.add({.what = "waiting for images", .value = 100 * timing_of(waiting).median / median, .unit = "%"});
  setting.publish(report);
}

}  // namespace fedfr::bench
