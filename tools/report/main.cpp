#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <thread>

#include "common/parse.hpp"
#include "common/program.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/data/storage/dataset_place.hpp"
#include "fedfr/report/pages.hpp"
#include "fedfr/report/tensorboard.hpp"
#include "fedfr/run/record/run_folder_check.hpp"

// fedfr-report: a page or TensorBoard's event files from what a run has recorded. Nothing that the run has
// written is changed, so that a run can be looked at while it goes on.
namespace {

using namespace fedfr;

constexpr const char* about =
    R"(Makes a page of a run: results, pictures, clients, options. The page is one file that needs no network.

  fedfr-report RUN                            writes RUN/report.html
  fedfr-report RUN --output page.html
  fedfr-report RUN --tensorboard DIR          instead writes event files for TensorBoard; afterwards, or with
  fedfr-report RUN --tensorboard DIR --follow   live, until the run is done
)";

void follow(const std::string& folder, report::TensorBoardExport& events) {
  for (;;) {
    const auto run = report::read_run(folder);
    events.update(run);
    if (run.state == report::RunState::done) return;
    // Asked again and again, since not every file system tells of changes (NFS, for one).
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

int run_report(std::span<const std::string> words) {
  std::string folder, output, tensorboard;
  bool live = false;
  namespace po = boost::program_options;
  po::options_description options("options", 110);
  options.add_options()                                                                               //
      ("run", tool::path_option(folder)->required(), "directory of the run; the first word as well")  //
      ("output", tool::path_option(output), "file for the page (RUN/report.html)")                    //
      ("tensorboard", tool::path_option(tensorboard), "folder for TensorBoard's event files")         //
      ("follow", po::bool_switch(&live), "with --tensorboard: go on until the run is done");
  if (!tool::parse(words, options, {"run"}, about)) return 0;
  if (live && tensorboard.empty()) throw UsageError("--follow needs --tensorboard");
  if (!output.empty() && !tensorboard.empty()) throw UsageError("give --output or --tensorboard, not both");
  if (const auto dataset = data::dataset_around(tensorboard); !tensorboard.empty() && !dataset.empty())
    throw UsageError("--tensorboard {} lies in the dataset {}: name another folder", tensorboard,
                     dataset.string());
  const auto run = report::read_run(folder);
  if (!tensorboard.empty()) {
    report::TensorBoardExport events(tensorboard, run);
    if (live) follow(folder, events);
    return 0;
  }
  const std::filesystem::path page =
      output.empty() ? run.folder / "report.html" : std::filesystem::path(output);
  run::check_result(page, {});
  replace_file(page, report::run_page(run));
  if (!is_standard_output(page)) fmt::print("{}\n", page.string());
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return fedfr::tool::run_program("fedfr-report", argc, argv, run_report); }
