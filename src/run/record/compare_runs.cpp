#include "fedfr/run/record/compare_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/options/option_table.hpp"
#include "fedfr/run/record/checkpoint_files.hpp"
#include "fedfr/run/record/metrics_reader.hpp"
#include "fedfr/run/record/numerics.hpp"
#include "fedfr/run/record/run_directory.hpp"

// Where two runs part, and what on record explains it. The hashes in the metrics tell the round without any
// model; files are compared after that, for what exactly differs, and then everything that the runs were made
// with.
namespace fedfr::run {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// One side of a comparison: what a run directory tells without its models.
struct ComparedRun {
  explicit ComparedRun(const fs::path& folder);

  RunPaths paths;
  Options options;
  std::vector<NumericsPeriod> numerics;
  std::map<int, std::string> hashes;  // by round
  std::string start_hash;
  std::map<std::string, std::string> data;  // fingerprints by role; empty where the metrics tell none

  int rounds() const { return hashes.empty() ? 0 : hashes.rbegin()->first; }
  std::string fingerprint(const std::string& role) const { return data.contains(role) ? data.at(role) : ""; }
  Numerics numerics_in(int round) const;
};

ComparedRun::ComparedRun(const fs::path& folder) : paths(folder) {
  std::error_code ignored;
  if (!fs::exists(paths.metrics, ignored) || !fs::exists(paths.config, ignored))
    throw DataError("{} holds no metrics.jsonl and config.cfg: is it a run directory?", folder.string());
  options = resolve(recorded_settings(paths), {}).options;
  numerics = load_numerics(paths.numerics);
  const Metrics metrics = read_metrics(paths.metrics);
  for (const auto& event : metrics.rounds) hashes[event.round] = event.model_hash;
  for (const auto& event : metrics.starts) {
    data = event.data;
    if (event.round == 1) start_hash = event.model_hash;
  }
}

Numerics ComparedRun::numerics_in(int round) const {
  Numerics found;
  for (const auto& period : numerics)
    if (period.from_round <= std::max(round, 1)) found = period.numerics;
  return found;
}

std::optional<int> first_other_round(const ComparedRun& a, const ComparedRun& b) {
  const bool both_known = !a.start_hash.empty() && !b.start_hash.empty();
  if (both_known && a.start_hash != b.start_hash) return 0;
  for (const auto& [round, hash] : a.hashes) {
    const auto other = b.hashes.find(round);
    if (other != b.hashes.end() && other->second != hash) return round;
  }
  return std::nullopt;
}

/// Files of the global model that both runs have, the oldest first.
std::vector<std::string> common_models(const ComparedRun& a, const ComparedRun& b) {
  std::vector<std::string> files;
  auto of_a = checkpoint_rounds(a.paths.checkpoint), of_b = checkpoint_rounds(b.paths.checkpoint);
  std::ranges::reverse(of_a);
  for (const int round : of_a)
    if (std::ranges::find(of_b, round) != of_b.end())
      files.push_back(checkpoint_path("checkpoint", round).string());
  const char* result = "model.safetensors";
  if (a.rounds() == b.rounds() && fs::exists(a.paths.folder / result) && fs::exists(b.paths.folder / result))
    files.emplace_back(result);
  return files;
}

std::optional<ModelDifference> first_other_model(const ComparedRun& a, const ComparedRun& b) {
  for (const auto& file : common_models(a, b))
    if (auto found = compare_models(file, nn::load(a.paths.folder / file), nn::load(b.paths.folder / file)))
      return found;
  return std::nullopt;
}

/// The names of the clients' models in a folder, in their order; not `._client_000000.safetensors` and such.
std::set<std::string> personal_models_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("client_") && name.ends_with(".safetensors") && entry.is_regular_file(missing))
      names.insert(name);
  }
  return names;
}

/// Clients' models may differ where the global ones are equal: algorithm = local.
std::vector<std::string> other_personal_models(const ComparedRun& a, const ComparedRun& b) {
  std::vector<std::string> others;
  if (a.rounds() != b.rounds()) return others;
  for (const auto& name : personal_models_in(a.paths.personalized))
    if (fs::exists(b.paths.personalized / name) &&
        !have_same_bytes(a.paths.personalized / name, b.paths.personalized / name))
      others.push_back("personalized/" + name);
  return others;
}

std::vector<std::string> reasons_of(const ComparedRun& a, const ComparedRun& b, int round) {
  std::vector<std::string> reasons;
  const auto add = [&](const std::string& what, const std::string& left, const std::string& right) {
    reasons.push_back(fmt::format("{}: '{}' and '{}'", what, left, right));
  };
  for (const char* role : {"clients", "public"}) {
    const std::string left = a.fingerprint(role), right = b.fingerprint(role);
    if (left != right) add(fmt::format("fingerprint of the {} data", role), left, right);
  }
  for (const auto& difference : differences(a.options, b.options))
    if (difference.effect == Effect::results)
      add("option " + difference.name, difference.before, difference.now);
  for (const auto& difference : differences(a.numerics_in(round), b.numerics_in(round)))
    add("numerics, " + difference.name, difference.before, difference.now);
  return reasons;
}

std::string model_text(const ModelDifference& model) {
  return fmt::format(
      "{}: {} of {} tensors differ, first {} ({} values); largest difference {:.3g}, {}\n", model.file,
      model.tensors, model.of_tensors, model.first, model.first_values, model.largest,
      model.ulps ? fmt::format("{} ulps", *model.ulps) : std::string("with values that are not finite"));
}

}  // namespace

RunComparison compare_runs(const fs::path& folder_a, const fs::path& folder_b) {
  const ComparedRun a(folder_a), b(folder_b);
  RunComparison comparison{.rounds_a = a.rounds(),
                           .rounds_b = b.rounds(),
                           .parts_at = first_other_round(a, b),
                           .model = first_other_model(a, b),
                           .other_files = other_personal_models(a, b),
                           .reasons = {}};
  const int last_common = std::min(a.rounds(), b.rounds());
  comparison.reasons = reasons_of(a, b, comparison.parts_at.value_or(last_common));
  return comparison;
}

std::string report(const RunComparison& c) {
  if (c.equal()) return fmt::format("equal: the models of {} rounds have the same bits\n", c.rounds_a);
  std::string text;
  if (c.parts_at)
    text += *c.parts_at == 0 ? std::string("different: the runs start from other models\n")
                             : fmt::format("different: the runs part in round {}\n", *c.parts_at);
  else if (c.rounds_a != c.rounds_b)
    text += fmt::format("different: one run has {} rounds and the other {}; equal in those that both have\n",
                        c.rounds_a, c.rounds_b);
  else
    text += "different: the hashes of all rounds are equal, files are not\n";
  if (c.model) text += model_text(*c.model);
  if (c.parts_at && !c.model)
    text += "neither folder still holds a model of such a round that the other holds\n";
  if (!c.other_files.empty())
    text += fmt::format("{} personal models differ, first {}\n", c.other_files.size(), c.other_files.front());
  text +=
      c.reasons.empty() ? "no option, data set or condition on record differs\n" : "they were made with\n";
  for (const auto& reason : c.reasons) text += "  " + reason + "\n";
  return text;
}

Json to_json(const RunComparison& c) {
  Json model;
  if (c.model)
    model = {{"file", c.model->file},
             {"first_tensor", c.model->first},
             {"values_of_first_tensor", c.model->first_values},
             {"tensors", c.model->tensors},
             {"of_tensors", c.model->of_tensors},
             {"largest_difference", c.model->largest},
             {"ulps", c.model->ulps ? Json(*c.model->ulps) : Json()}};
  return {{"equal", c.equal()},
          {"rounds", {c.rounds_a, c.rounds_b}},
          {"parts_at_round", c.parts_at ? Json(*c.parts_at) : Json()},
          {"model", model},
          {"personal_models", c.other_files},
          {"reasons", c.reasons}};
}

}  // namespace fedfr::run
