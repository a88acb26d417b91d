#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/optional.hpp>
#include <boost/program_options.hpp>
#include <chrono>
#include <thread>

#include "commands.hpp"
#include "common/parse.hpp"
#include "common/program.hpp"
#include "common/sibling.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/report/collect.hpp"
#include "fedfr/report/cost.hpp"
#include "fedfr/report/pages.hpp"

// fedfr-sweep: its commands. Each reads the sweep file and the folders of its cells anew; there is no other
// state.
namespace {

using namespace fedfr;
namespace po = boost::program_options;

constexpr const char* about =
    R"(Runs a job file once for each combination of some options, and compares the runs.

  fedfr-sweep SWEEP.cfg --dry-run [--rate-from RUN | --rate N]   the runs, what is left of them, and its cost
  fedfr-sweep SWEEP.cfg --local                                  one after the other under mpirun
  fedfr-sweep SWEEP.cfg --submit                                 as a Slurm array
  fedfr-sweep status SWEEP [--watch SECONDS]                     where the cells stand
  fedfr-sweep collect SWEEP                                      SWEEP/sweep.csv and sweep.json, a row a cell
  fedfr-sweep report SWEEP                                       SWEEP/report.html, one page with pictures

SWEEP is the sweep file or the sweep's folder. Cells that are done are passed over, so that the same command goes on
where a sweep stopped. jobs/sweep-lfw.cfg is an example with comments.
)";

int run_sweep(std::span<const std::string> words) {
  std::string path, rate_from;
  bool dry_run = false, local = false, submit = false;
  boost::optional<double> rate;
  po::options_description options("options", 110);
  options.add_options()                                                                     //
      ("sweep", tool::path_option(path)->required(), "sweep file; the first word as well")  //
      ("dry-run", po::bool_switch(&dry_run), "print the runs and their cost, and stop")     //
      ("local", po::bool_switch(&local), "run the unfinished cells here")                   //
      ("submit", po::bool_switch(&submit), "submit the unfinished cells to Slurm")          //
      ("rate-from", tool::path_option(rate_from),
       "with --dry-run: a run to measure the speed of a rank on")  //
      ("rate", po::value(&rate), "with --dry-run: images/s of a rank");
  if (!tool::parse(words, options, {"sweep"}, about)) return 0;
  if (dry_run + local + submit != 1) throw UsageError("give one of --dry-run, --local and --submit");
  if ((rate || !rate_from.empty()) && !dry_run) throw UsageError("--rate and --rate-from need --dry-run");
  if (rate && !rate_from.empty()) throw UsageError("give --rate or --rate-from, not both");
  if (rate && !(*rate > 0)) throw UsageError("--rate is {}, but must be above 0", *rate);
  const auto sweep = report::load_sweep(path);
  report::check_folder(sweep);
  report::check_people(sweep);
  if (dry_run) {
    std::optional<report::Rate> speed;
    if (rate) speed = report::Rate{.images_per_second = *rate};
    if (!rate_from.empty()) speed = report::measured_rate(report::read_run(rate_from));
    fmt::print("{}", report::dry_run_table(sweep, report::status_of(sweep), speed));
    return 0;
  }
  if (submit) tool::check_submission(sweep);
  report::make_datasets(sweep, tool::sibling("fedfr-data"));
  report::refuse_other_runs(report::status_of(sweep));  // before anything is changed
  report::write_jobs(sweep);
  return local ? tool::run_local(sweep) : tool::run_submit(sweep);
}

/// @param out  where they are told; null where they have been
/// @returns the exit code: some of the cells are damaged, or none
int tell_problems(const report::Sweep& sweep, const std::vector<report::CellStatus>& cells, std::FILE* out) {
  const auto text = report::problems(sweep, cells);
  if (out != nullptr) fmt::print(out, "{}", text);
  return static_cast<int>(text.empty() ? ExitCode::done : ExitCode::data);
}

int run_status(std::span<const std::string> words) {
  std::string path;
  boost::optional<double> every;
  po::options_description options("options", 110);
  options.add_options()                                                                               //
      ("sweep", tool::path_option(path)->required(), "sweep file or folder; the first word as well")  //
      ("watch", po::value(&every), "print again every so many seconds until all cells are done");
  if (!tool::parse(words, options, {"sweep"}, "Where the cells of a sweep stand.")) return 0;
  if (every && !(*every > 0)) throw UsageError("--watch is {}, but must be above 0", *every);
  for (;;) {
    const auto sweep = report::load_sweep(path);
    const auto cells = report::status_of(sweep);
    // Cursor home, clear the screen (ECMA-48), as `watch` does; a file gets one table below the other.
    if (every && ::isatty(STDOUT_FILENO) == 1) fmt::print("\x1b[H\x1b[2J");
    fmt::print("{}", report::status_table(sweep, cells));
    std::fflush(stdout);
    if (!every || std::ranges::none_of(cells, &report::CellStatus::unfinished))
      return tell_problems(sweep, cells, nullptr);
    std::this_thread::sleep_for(std::chrono::duration<double>(*every));
  }
}

/// The sweep that a command with no other option names.
std::optional<report::Sweep> only_sweep(std::span<const std::string> words, const char* what) {
  std::string path;
  po::options_description options("options", 110);
  options.add_options()("sweep", tool::path_option(path)->required(),
                        "sweep file or folder; the first word as well");
  if (!tool::parse(words, options, {"sweep"}, what)) return std::nullopt;
  auto sweep = report::load_sweep(path);
  std::error_code ignored;
  if (!std::filesystem::is_directory(sweep.paths.folder, ignored))
    throw DataError("{} is not there: the sweep has not been started", sweep.paths.folder.string());
  return sweep;
}

int run_collect(std::span<const std::string> words) {
  const auto sweep =
      only_sweep(words, "Writes one row a cell, as CSV and as JSON, into the folder of a sweep.");
  if (!sweep) return 0;
  const auto cells = report::status_of(*sweep);
  const auto rows = report::collect(*sweep, cells);
  const auto table = sweep->paths.folder / "sweep.csv";
  const auto json = sweep->paths.folder / "sweep.json";
  replace_file(table, report::csv(rows));
  replace_file(json, json_text(rows, 1) + "\n");
  fmt::print("{}\n{}\n", table.string(), json.string());
  return tell_problems(*sweep, cells, stderr);
}

int run_report(std::span<const std::string> words) {
  const auto sweep = only_sweep(words, "Writes report.html into the folder of a sweep.");
  if (!sweep) return 0;
  const auto page = sweep->paths.folder / "report.html";
  const auto cells = report::status_of(*sweep);
  replace_file(page, report::sweep_page(*sweep, cells));
  fmt::print("{}\n", page.string());
  return tell_problems(*sweep, cells, stderr);
}

int run_command(std::span<const std::string> words) {
  const std::string first = words.empty() ? "" : words.front();
  if (first == "status") return run_status(words.subspan(1));
  if (first == "collect") return run_collect(words.subspan(1));
  if (first == "report") return run_report(words.subspan(1));
  return run_sweep(words);
}

}  // namespace

int main(int argc, char** argv) { return fedfr::tool::run_program("fedfr-sweep", argc, argv, run_command); }
