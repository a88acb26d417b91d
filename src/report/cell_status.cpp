// Where the cells of a sweep stand, told from their files alone. Sweeps are long, so one cell whose files
// cannot be read does not keep the others from being shown, collected and run.
#include "fedfr/report/cell_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/number_text.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/run/options/option_table.hpp"
#include "fedfr/run/record/data_record.hpp"
#include "fedfr/run/record/run_directory.hpp"
#include "presence.hpp"

namespace fedfr::report {

namespace fs = std::filesystem;

namespace {

/// What lies at the paths of an option: fingerprints of datasets, in no order; the place itself of weights.
std::vector<std::string> contents(const std::string& option, const run::Options& options) {
  std::vector<std::string> found;
  std::error_code missing;
  for (const auto& path : run::value_texts(options, *run::find_option(option))) {
    if (path.empty()) continue;
    const bool is_dataset = option != "init" && fs::exists(fs::path(path) / "dataset.json", missing);
    found.push_back(is_dataset ? data::Dataset(path).fingerprint()
                               : fs::weakly_canonical(fs::absolute(path, missing), missing).string());
  }
  std::ranges::sort(found);
  return found;
}

/// The same for what the run in the folder has seen, wherever that lies now.
std::vector<std::string> recorded_contents(const std::string& option, const RunRecord& record) {
  const auto data = run::load_data_record(run::RunPaths(record.folder).data);
  if (!data || option == "init") return contents(option, record.options);
  std::vector<std::string> found;
  for (const auto& [name, fingerprint] :
       {std::pair("clients", data->trained.clients), std::pair("public", data->trained.publics)})
    if (option == name && !fingerprint.empty()) found.push_back(fingerprint);
  if (option == "benchmark")
    for (const auto& benchmark : data->benchmarks) found.push_back(benchmark.fingerprint);
  std::ranges::sort(found);
  return found;
}

bool is_another_run(const run::Difference& difference, const Cell& cell, const RunRecord& record) {
  if (difference.effect == run::Effect::data)
    return contents(difference.name, cell.options()) != recorded_contents(difference.name, record);
  return difference.effect == run::Effect::results;
}

void refuse_another_run(const Cell& cell, const RunRecord& record) {
  if (record.metrics.rounds.empty()) return;  // fedfr begins such a run anew
  std::string found;
  for (const auto& difference : run::differences(record.options, cell.options()))
    if (is_another_run(difference, cell, record))
      found +=
          fmt::format("\n  {} was '{}' and is now '{}'", difference.name, difference.before, difference.now);
  if (!found.empty())
    throw UsageError(
        "the cell {} finds a run with other options in {}:{}\nRemove that folder, or use another output",
        cell.name, record.folder.string(), found);
}

std::optional<int> read_exit_code(const fs::path& file) {
  if (!is_there(file)) return std::nullopt;
  const auto content = read_text(file);
  std::string_view rest = content;
  const auto text = trim(next_part(rest, '\n'));
  int code = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (failed != std::errc{} || stop != text.data() + text.size())
    throw DataError("{} is damaged: expected an exit code. Remove it", file.string());
  return code;
}

std::string score_text(const CellStatus& status) {
  if (!status.run || status.run->evaluations.empty()) return "";
  const auto score = headline(status.run->evaluations.back());
  return score ? fmt::format("{} % {}", fixed(100 * score->second, 2), score->first) : "";
}

void read(CellStatus& status, const Sweep& sweep, const Cell& cell) {
  status.exit_code = read_exit_code(sweep.paths.exit_code(cell));
  if (is_there(cell.options().output / "config.cfg")) {
    status.run = read_run(cell.options().output);
    refuse_another_run(cell, *status.run);
    status.state = status.run->state;
    // The run may have been done for fewer rounds than are asked for now.
    if (status.state == RunState::done && status.run->completed_rounds() != cell.options().rounds)
      status.state = RunState::stopped;
  }
  const bool at_rest = status.state == RunState::waiting || status.state == RunState::stopped;
  if (at_rest && status.exit_code && *status.exit_code != 0 &&
      *status.exit_code != static_cast<int>(ExitCode::resubmit))
    status.state = RunState::failed;
}

}  // namespace

CellStatus status_of(const Sweep& sweep, const Cell& cell) {
  CellStatus status;
  try {
    read(status, sweep, cell);
  } catch (const Error& e) {
    status.run.reset();  // it may be another one
    status.state = RunState::damaged;
    status.problem = e;
  }
  return status;
}

std::vector<CellStatus> status_of(const Sweep& sweep) {
  std::vector<CellStatus> all;
  for (const auto& cell : sweep.cells) all.push_back(status_of(sweep, cell));
  return all;
}

void refuse_other_runs(const std::vector<CellStatus>& cells) {
  for (const auto& cell : cells)
    if (cell.problem && cell.problem->code() == ExitCode::usage) throw *cell.problem;
}

std::string problems(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (cells[i].problem) text += fmt::format("{}: {}\n", sweep.cells[i].name, cells[i].problem->what());
  return text;
}

void save_exit_code(const Sweep& sweep, const Cell& cell, int code) {
  replace_file(sweep.paths.exit_code(cell), fmt::format("{}\n", code));
}

std::string status_table(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  std::size_t width = 4;
  for (const auto& cell : sweep.cells) width = std::max(width, cell.name.size());
  auto text =
      fmt::format("{:{}}  {:8}  {:>9}  {:>12}  {}\n", "cell", width, "state", "round", "last event", "score");
  std::map<RunState, int> counts;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& [state, run, exit_code, problem] = cells[i];
    ++counts[state];
    const auto round =
        fmt::format("{}/{}", run ? run->completed_rounds() : 0, sweep.cells[i].options().rounds);
    const auto line = fmt::format(
        "{:{}}  {:8}  {:>9}  {:>12}  {}", sweep.cells[i].name, width,
        state == RunState::failed ? fmt::format("failed {}", *exit_code) : std::string(name(state)), round,
        run ? run::duration_text(run->age) + " ago" : "", score_text(cells[i]));
    text += std::string(trim(line)) + '\n';
  }
  text += fmt::format("{} cells", cells.size());
  for (const auto& [state, count] : counts) text += fmt::format(", {} {}", count, name(state));
  return text + '\n' + problems(sweep, cells);
}

}  // namespace fedfr::report
