// Submits a sweep as Slurm arrays. What was submitted is written down in the sweep's folder, so that the same
// command can be given again at any time: cells that are done, running or in the queue are passed over.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <span>
#include <sstream>

#include "commands.hpp"
#include "common/sibling.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/system.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/report/array_ranges.hpp"

namespace fedfr::tool {

namespace fs = std::filesystem;

namespace {

/// Cells that follow each other in the sweep; an array's task has the number of its cell within the block.
using Block = std::span<const report::Cell>;

/// The cells of a block, line by line "RANKS<TAB>NAME". Its name depends on its content, so that an array
/// that waits in the queue keeps its own list when the sweep file is changed.
fs::path write_list(const report::Sweep& sweep, Block block) {
  std::string text;
  for (const auto& cell : block) text += fmt::format("{}\t{}\n", cell.ranks, cell.name);
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
    std::size_t skip = 0;
    std::from_chars(index.data(), index.data() + index.size(), skip);
    for (; skip > 0 && !rest.empty(); --skip) next_part(rest, '\n');
    auto line = next_part(rest, '\n');
    next_part(line, '\t');
    names.emplace(line);
  }
  return names;
}

/// How many tasks an array of this Slurm may have; no limit where it does not tell.
std::size_t most_tasks() {
  const auto settings = run_and_capture({.words = {"scontrol", "show", "config"}});
  constexpr std::string_view name = "MaxArraySize";
  const auto at = settings.output.find(name);
  if (settings.spawn_error != 0 || settings.exit_code != 0 || at == std::string::npos)
    return report::most_cells;
  std::string_view rest = std::string_view(settings.output).substr(at + name.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" =\t"), rest.size()));
  std::size_t most = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), most);
  return std::clamp<std::size_t>(most, 1, report::most_cells);
}

/// A path in a pattern for the name of a log, where % has a meaning.
std::string in_pattern(const fs::path& path) {
  std::string pattern;
  for (const char c : path.string()) pattern.append(c == '%' ? 2 : 1, c);
  return pattern;
}

std::vector<std::string> command(const report::Sweep& sweep, Block block,
                                 const std::vector<std::size_t>& cells, const fs::path& list) {
  int ranks = 1;
  for (const auto index : cells) ranks = std::max(ranks, block[index].ranks);
  std::vector<std::string> words = {"sbatch",
                                    "--parsable",
                                    "--array=" + report::array_ranges(cells),
                                    fmt::format("--ntasks={}", ranks),
                                    "--job-name=" + printable(sweep.file.path.stem().string()),
                                    "--output=" + in_pattern(sweep.paths.logs) + "/slurm-%A_%a.log"};
  words.insert(words.end(), sweep.file.sbatch.begin(), sweep.file.sbatch.end());
  const auto scripts = script_folder();
  words.insert(words.end(),
               {(scripts / "sweep.sbatch").string(), (scripts / "train.sbatch").string(),
                sweep.paths.folder.string(), list.filename().string(), sibling("fedfr").string()});
  return words;
}

/// @param cells  of the block
void submit(const report::Sweep& sweep, Block block, const std::vector<std::size_t>& cells) {
  const auto list = write_list(sweep, block);
  const auto words = command(sweep, block, cells, list);
  const auto outcome = run_and_capture({.words = words});
  if (outcome.spawn_error != 0)
    throw DataError("cannot start sbatch ({}): is this a machine with Slurm?",
                    system_reason(outcome.spawn_error));
  if (outcome.exit_code != 0) throw DataError("`{}` failed: {}", fmt::join(words, " "), outcome.output);
  // "JOB", or "JOB;CLUSTER" where there are several clusters
  const std::string job = outcome.output.substr(0, outcome.output.find_first_of(";\n"));
  std::error_code ignored;
  const auto before = fs::exists(submissions(sweep), ignored) ? read_text(submissions(sweep)) : std::string();
  replace_file(submissions(sweep), fmt::format("{}{} {}\n", before, job, list.filename().string()));
  fmt::print("{} of {} cells submitted as job {}: {}\n", cells.size(), sweep.cells.size(), job,
             report::array_ranges(cells));
}

}  // namespace

void check_submission(const report::Sweep& sweep) {
  if (sweep.paths.folder.string().find('\\') != std::string::npos)
    throw UsageError(
        "{}: Slurm writes no log into a folder with a backslash in its name: choose another output",
        sweep.paths.folder.string());
}

int run_submit(const report::Sweep& sweep) {
  const auto queued = queued_cells(sweep);
  const auto most = most_tasks();
  bool submitted = false;
  for (std::size_t begin = 0; begin < sweep.cells.size(); begin += most) {
    const auto block = Block(sweep.cells).subspan(begin, std::min(most, sweep.cells.size() - begin));
    std::vector<std::size_t> cells;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto state = report::status_of(sweep, block[i]).state;
      if (queued.contains(block[i].name)) {
        fmt::print("{}: in the queue already\n", block[i].name);
      } else if (state != report::RunState::done && state != report::RunState::running) {
        cells.push_back(i);
      }
    }
    if (cells.empty()) continue;
    submit(sweep, block, cells);
    submitted = true;
  }
  if (!submitted) fmt::print("nothing to submit: all cells are done, running or in the queue\n");
  return 0;
}

}  // namespace fedfr::tool
