#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <thread>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/core/spinning.hpp"
#include "measure.hpp"
#include "trainee.hpp"

// Local training where other programs want the same processors. Threads of OpenMP that spin while they wait
// for one that was put aside can make several threads far slower than one; this shows whether they do.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

/// Other programs that want the same processors; to the scheduler of the system a thread is as good as a
/// process.
std::vector<std::jthread> busy_loops(int count) {
  std::vector<std::jthread> loops;
  for (int i = 0; i < count; ++i)
    loops.push_back(start_thread([](const std::stop_token& stop) {
      while (!stop.stop_requested()) continue;
    }));
  return loops;
}

}  // namespace

void run_shared_cores(Words words) {
  Setting setting;
  NetworkSetting network;
  int steps = 2;
  int loops = 4;
  po::options_description options("options", 110);
  setting.add_to(options);
  network.add_to(options);
  options.add_options()("steps", count_option(steps, "steps"), "of one repetition")(
      "loops", count_option(loops, "loops"), "busy loops beside");
  if (!tool::parse(words, options, {},
                   "Steps of local training on one thread and on several, alone and with busy loops beside "
                   "that want the "
                   "same\nprocessors. Several threads should not be slower than one in either case.\n"))
    return;
  const int threads = setting.threads > 0 ? setting.threads : std::max(2, usable_processors());
  check_threads(threads, "--threads");
  setting.threads = 1;
  setting.apply();
  Trainee trainee(setting, network, steps);
  const auto rate = [&](int with) {
    at::set_num_threads(with);
    return steps * network.batch / measure_in_turn(setting.runs, {[&] { trainee.train(true); }})[0].median;
  };
  Report report("shared-cores");
  network.describe(report);
  report.setting("threads", threads);
  report.setting("loops", loops);
  report.setting("waiting threads", describe_spinning());
  const auto add = [&](const std::string& beside) {
    const double one = rate(1);
    report.add({.what = "1 thread" + beside, .value = one, .unit = "images/s"});
    report.add({.what = fmt::format("{} threads{}", threads, beside),
                .value = rate(threads),
                .unit = "images/s",
                .bound = "1 thread" + beside,
                .limit = one});
  };
  add("");
  const auto others = busy_loops(loops);
  add(", busy loops beside");
  setting.publish(report);
}

}  // namespace fedfr::bench
