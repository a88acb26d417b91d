#include "fedfr/run/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "round_";
constexpr std::string_view suffix = ".ckpt";
constexpr const char* rounds_key = "completed_rounds";
constexpr const char* clients_key = "clients_fingerprint";

/// The rounds of the checkpoints in a folder, newest first.
std::vector<int> rounds_in(const fs::path& folder) {
  std::vector<int> rounds;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    int round = 0;
    const char* end = name.data() + name.size() - suffix.size();
    if (std::from_chars(name.data() + prefix.size(), end, round).ptr == end) rounds.push_back(round);
  }
  std::ranges::sort(rounds, std::greater{});
  return rounds;
}

void check_data(const fs::path& path, const nn::TensorFile& file, const char* key, const char* what,
                const std::string& now) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end() || found->second == now) return;
  throw UsageError(
      "{} was made with other {} (fingerprint '{}', now '{}'): restore that dataset to continue the run, or "
      "choose another --output",
      path.string(), what, found->second, now);
}

Checkpoint load_one(const fs::path& path, fl::GlobalModel& model, const Fingerprints& data) {
  const auto file = nn::load(path);
  const auto rounds = file.metadata.find(rounds_key);
  if (rounds == file.metadata.end()) throw DataError("{} is no checkpoint", path.string());
  check_data(path, file, clients_key, "clients", data.clients);
  check_data(path, file, "public_fingerprint", "public images", data.publics);
  model.take(file, path, data.publics);
  Checkpoint checkpoint{.completed_rounds = std::stoi(rounds->second), .model_hash = hex16(model.hash())};
  // Not damage, which the checksum of the file would have told, and `model` is spoilt: no older one can help.
  if (checkpoint.model_hash != file.text("model_hash"))
    throw UsageError("{} holds a model of the hash {}, but names {}: was it made by another fedfr?",
                     path.string(), checkpoint.model_hash, file.text("model_hash"));
  return checkpoint;
}

}  // namespace

void save_model(const fs::path& path, const fl::GlobalModel& model, int completed_rounds,
                const Fingerprints& data) {
  nn::TensorFile file = model.to_file(data.publics);
  file.metadata[rounds_key] = std::to_string(completed_rounds);
  file.metadata[clients_key] = data.clients;
  nn::save(path, file);
}

int completed_rounds_of(const fs::path& weights) {
  const auto metadata = nn::load_metadata(weights);
  const auto found = metadata.find(rounds_key);
  return found == metadata.end() ? 0 : std::stoi(found->second);
}

CheckpointStore::CheckpointStore(fs::path folder, int keep, Fingerprints data)
    : folder_(std::move(folder)), keep_(keep), data_(std::move(data)) {}

fs::path CheckpointStore::path(int completed_rounds) const {
  return folder_ / fmt::format("{}{:04}{}", prefix, completed_rounds, suffix);
}

void CheckpointStore::save(const fl::GlobalModel& model, int completed_rounds) const {
  save_model(path(completed_rounds), model, completed_rounds, data_);
  int kept = 0;
  for (const int round : rounds_in(folder_)) {
    // Later ones are damaged, the run fell back past them: they must not push out good ones.
    if (round <= completed_rounds && kept++ < keep_) continue;
    std::error_code ignored;
    fs::remove(path(round), ignored);
  }
}

std::optional<Checkpoint> CheckpointStore::load_newest(fl::GlobalModel& model, std::string& warnings) const {
  for (const int round : rounds_in(folder_)) {
    try {
      return load_one(path(round), model, data_);
    } catch (const DataError& e) {
      warnings += fmt::format("{}; falling back to the checkpoint before it\n", e.what());
    }
  }
  return std::nullopt;
}

}  // namespace fedfr::run
