#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "common/sibling.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/process.hpp"
#include "measure.hpp"
#include "random_faces.hpp"
#include "real_run.hpp"
#include "setting.hpp"

// How long a user waits: the serial tools to their help text (they load neither MPI nor LibTorch), `fedfr
// train` to its first round, also with a dataset of many clients, of which only the index may take time.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

void run_quietly(const std::vector<std::string>& words) {
  const auto captured = run_and_capture({.words = words});
  if (captured.spawn_error != 0 || captured.exit_code != 0)
    throw DataError("cannot run {}: is it installed?", words.front());
}

/// From the command to the instant at which the first round begins.
double seconds_to_first_round(int ranks, const std::vector<std::string>& words,
                              const std::filesystem::path& output) {
  const auto run = train(ranks, words, output);
  // The event of a round is written at its end.
  return run.metrics.rounds.at(0).time - run.metrics.rounds.at(0).seconds - run.started;
}

void measure_help(const Setting& setting, Report& report) {
  std::vector<std::function<void()>> programs;
  const std::vector<std::string> names = {"fedfr", "fedfr-data", "fedfr-sweep", "fedfr-report"};
  programs.reserve(names.size() + 1);
  for (const auto& name : names)
    programs.emplace_back([path = tool::sibling(name).string()] { run_quietly({path, "--help"}); });
  programs.emplace_back([] { run_quietly({"true"}); });
  const auto timings = measure_in_turn(setting.runs, programs);
  for (std::size_t i = 0; i < names.size(); ++i)
    report.add({.what = names[i] + " --help",
                .value = timings[i].median * 1e3,
                .unit = "ms",
                .bound = "`true`",
                .limit = timings.back().median * 1e3});
}

void measure_first_rounds(const Setting& setting, int clients, Report& report) {
  const TemporaryFolder folder("fedfr-bench", setting.folder);
  constexpr data::ImageSize size{32, 32};
  write_random_faces(folder.path() / "few", data::Role::clients, size, {.clients = 4});
  write_random_faces(folder.path() / "many", data::Role::clients, size,
                     {.clients = clients, .identities = 2, .images = 2});
  int number = 0;
  const auto measure = [&](int ranks, const std::string& data, const std::string& share,
                           const std::string& what) {
    const std::vector<std::string> job = {"--clients",         (folder.path() / data).string(),
                                          "--cohort-share",    share,  //
                                          "--device",          "cpu",
                                          "--algorithm",       "fedavg",
                                          "--backbone",        "mobile",  //
                                          "--width",           "0.125",
                                          "--personalised",    "false",  //
                                          "--rounds",          "1",
                                          "--local-epochs",    "1",  //
                                          "--pictures",        "false",
                                          "--personal-models", "false",  //
                                          "--threads",         "1"};
    std::vector<double> seconds;
    seconds.reserve(static_cast<std::size_t>(setting.runs));
    for (int run = 0; run < setting.runs; ++run)
      seconds.push_back(seconds_to_first_round(ranks, job, folder.path() / std::to_string(number++)));
    report.add({.what = what, .value = timing_of(seconds).median, .unit = "s"});
  };
  measure(1, "few", "1", "fedfr train, 4 clients, to its first round");
  measure(2, "few", "1", "mpirun -n 2 fedfr train, 4 clients, to its first round");
  measure(2, "many", fmt::format("{}", 4.0 / clients), fmt::format("the same, 4 of {} clients", clients));
}

}  // namespace

void run_start(Words words) {
  Setting setting;
  po::options_description options("options", 110);
  int clients = 10'000;
  setting.add_to(options);
  options.add_options()("clients", count_option(clients, "clients"), "of a large dataset");
  if (!tool::parse(words, options, {},
                   "From the command to the help text, or to the first round of a small job.\n"))
    return;
  setting.apply();
  require_ranks(2);
  Report report("start");
  measure_help(setting, report);
  measure_first_rounds(setting, clients, report);
  setting.publish(report);
}

}  // namespace fedfr::bench
