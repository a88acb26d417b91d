#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "commands.hpp"
#include "common/sibling.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/report/array_ranges.hpp"

namespace fedfr::tool {

namespace fs = std::filesystem;

namespace {

/// The cells of a submission, line by line "RANKS<TAB>NAME". Its name depends on its content, so that an
/// array that waits in the queue keeps its own list when the sweep file is changed.
fs::path write_list(const report::Sweep& sweep) {
  std::string text;
  for (const auto& cell : sweep.cells) text += fmt::format("{}\t{}\n", cell.ranks, cell.name);
  const auto hash = hex16(hash64(std::as_bytes(std::span(text))));
  const fs::path list = sweep.paths.folder / fmt::format("cells-{}.txt", hash.substr(0, 8));
  replace_file(list, text);
  return list;
}

/// The folder of the job scripts: in the working directory, in an installation, or beside the build folder.
fs::path script_folder() {
  const auto programs = sibling("fedfr-sweep").parent_path();
  for (const fs::path& folder :
       {fs::path("slurm"), programs / "../share/fedfr/slurm", programs / "../../../slurm"}) {
    std::error_code ignored;
    if (fs::exists(folder / "sweep.sbatch", ignored)) return folder.lexically_normal();
  }
  throw DataError("slurm/sweep.sbatch was not found: run fedfr-sweep in the folder of the repository");
}

fs::path submissions(const report::Sweep& sweep) { return sweep.paths.folder / "submitted.txt"; }

/// Names of the cells that an earlier submission still has in the queue.
std::set<std::string> queued_cells(const report::Sweep& sweep) {
  std::set<std::string> names;
  std::error_code ignored;
  if (!fs::exists(submissions(sweep), ignored)) return names;
  std::map<std::string, fs::path> list_of_job;
  std::istringstream lines(read_text(submissions(sweep)));
  for (std::string job, list; lines >> job >> list;) list_of_job[job] = list;
  // Slurm forgets jobs that have ended, and then refuses to be asked for them: ask for all of the user's.
  const auto queue =
      run_and_capture({.words = {"squeue", "--me", "--noheader", "--array", "--format=%F %K"}});
  if (queue.spawn_error != 0 || queue.exit_code != 0) return names;
  std::istringstream tasks(queue.output);
  for (std::string job, index; tasks >> job >> index;) {
    if (!list_of_job.contains(job) || index.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string text = read_text(sweep.paths.folder / list_of_job[job]);
    std::string_view rest = text;
    for (auto skip = std::stoul(index); skip > 0; --skip) next_part(rest, '\n');
    auto line = next_part(rest, '\n');
    next_part(line, '\t');
    names.emplace(line);
  }
  return names;
}

std::vector<std::string> command(const report::Sweep& sweep, const std::vector<std::size_t>& cells,
                                 const fs::path& list) {
  int ranks = 1;
  for (const auto index : cells) ranks = std::max(ranks, sweep.cells[index].ranks);
  std::vector<std::string> words = {"sbatch",
                                    "--parsable",
                                    "--array=" + report::array_ranges(cells),
                                    fmt::format("--ntasks={}", ranks),
                                    "--job-name=" + sweep.file.path.stem().string(),
                                    "--output=" + (sweep.paths.logs / "slurm-%A_%a.log").string()};
  words.insert(words.end(), sweep.file.sbatch.begin(), sweep.file.sbatch.end());
  const auto scripts = script_folder();
  words.insert(words.end(), {(scripts / "sweep.sbatch").string(), (scripts / "train.sbatch").string(),
                             sweep.paths.folder.string(), list.filename().string()});
  return words;
}

}  // namespace

int run_submit(const report::Sweep& sweep) {
  const auto queued = queued_cells(sweep);
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < sweep.cells.size(); ++i) {
    const auto state = report::status_of(sweep, sweep.cells[i]).state;
    if (queued.contains(sweep.cells[i].name)) {
      fmt::print("{}: in the queue already\n", sweep.cells[i].name);
    } else if (state != report::RunState::done && state != report::RunState::running) {
      cells.push_back(i);
    }
  }
  if (cells.empty()) {
    fmt::print("nothing to submit: all cells are done, running or in the queue\n");
    return 0;
  }
  const auto list = write_list(sweep);
  const auto words = command(sweep, cells, list);
  ::setenv("FEDFR", sibling("fedfr").c_str(), /*overwrite=*/0);
  const auto outcome = run_and_capture({.words = words});
  if (outcome.spawn_error != 0)
    throw DataError("cannot start sbatch ({}): is this a machine with Slurm?",
                    std::generic_category().message(outcome.spawn_error));
  if (outcome.exit_code != 0) throw DataError("`{}` failed: {}", fmt::join(words, " "), outcome.output);
  // "JOB", or "JOB;CLUSTER" where there are several clusters
  const std::string job = outcome.output.substr(0, outcome.output.find_first_of(";\n"));
  std::error_code ignored;
  const auto before = fs::exists(submissions(sweep), ignored) ? read_text(submissions(sweep)) : std::string();
  replace_file(submissions(sweep), fmt::format("{}{} {}\n", before, job, list.filename().string()));
  fmt::print("{} of {} cells submitted as job {}: {}\n", cells.size(), sweep.cells.size(), job,
             report::array_ranges(cells));
  return 0;
}

}  // namespace fedfr::tool
