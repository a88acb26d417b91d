#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "kernels.hpp"
#include "measure.hpp"
#include "operators.hpp"
#include "trainee.hpp"

// Steps of local training, the innermost loop of everything, beside their own convolutions and matrix
// products. The kernels are noted in one step and repeated as often as the real ones.
namespace fedfr::bench {

namespace po = boost::program_options;

void run_train_step(Words words) {
  Setting setting;
  NetworkSetting network;
  int steps = 4;
  bool operators = false;
  po::options_description options("options", 110);
  setting.add_to(options);
  network.add_to(options);
  options.add_options()("steps", count_option(steps, "steps"), "of one repetition")(
      "operators", po::bool_switch(&operators), "also print which operators of LibTorch take the time");
  if (!tool::parse(words, options, {},
                   "Steps of local training with the whole objective of FedFR, from reading images to new "
                   "weights, beside the "
                   "bare convolutions and\nmatrix products of the same steps.\n"))
    return;
  setting.apply();
  Trainee trainee(setting, network, steps);
  // Of one step only, since noted arguments are kept: those of many steps would fill the memory.
  Trainee one_step(setting, network, 1);
  const Kernels kernels(trainee.device(), [&] { one_step.train(false); });
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
  add_arithmetic(report, trainee.device(), network, steps * kernels.operations() / median);
  report.add({.what = "waiting for images", .value = 100 * timing_of(waiting).median / median, .unit = "%"});
  setting.publish(report);
  if (operators) fmt::print("\n{}", operator_times([&] { trainee.train(true); }));
}

}  // namespace fedfr::bench
