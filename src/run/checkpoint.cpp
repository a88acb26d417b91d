// A checkpoint holds what all ranks have in common between two rounds, so one rank writes it and all read it.
// It is complete under its name or not there; which one counts is decided by reading, newest first, never by
// a list.
#include "fedfr/run/checkpoint.hpp"

#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/nn/weights/model_file.hpp"
#include "fedfr/run/record/checkpoint_files.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

constexpr const char* rounds_key = "completed_rounds";
constexpr const char* clients_key = "clients_fingerprint";
constexpr std::string_view server_prefix = "server.";

/// @throws DataError if it is no number
int rounds_from(const fs::path& path, const std::string& text) {
  int rounds = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), rounds);
  if (failed != std::errc{} || stop != text.data() + text.size() || rounds < 0)
    throw DataError(
        "{} says '{}' where the number of its rounds should be: it is damaged, or none of fedfr's",
        path.string(), printable(text));
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

/// The server's vectors in a checkpoint.
fl::NamedVectors server_state(const nn::TensorFile& file) {
  fl::NamedVectors state;
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(server_prefix)) continue;
    if (tensor.scalar_type() != at::kFloat) throw DataError("{} is not float32", name);
    const auto* values = tensor.const_data_ptr<float>();
    state[name.substr(server_prefix.size())].assign(values, values + tensor.numel());
  }
  return state;
}

Checkpoint load_one(const fs::path& path, fl::Server& server, const Fingerprints& data) {
  fl::GlobalModel& model = server.model();
  const auto file = nn::load(path);
  const auto rounds = file.metadata.find(rounds_key);
  if (rounds == file.metadata.end()) throw DataError("{} is no checkpoint", path.string());
  check_checkpoint_data(path, file, data);
  model.take(file, path, data.publics);
  Checkpoint checkpoint{.completed_rounds = rounds_from(path, rounds->second),
                        .model_hash = hex16(model.hash())};
  // Not damage, which the checksum of the file would have told, and `model` is spoilt: no older one can help.
  if (checkpoint.model_hash != file.text("model_hash"))
    throw UsageError("{} holds a model of the hash {}, but names {}: was it made by another fedfr?",
                     path.string(), checkpoint.model_hash, file.text("model_hash"));
  try {
    server.restore(server_state(file));
  } catch (const DataError& e) {
    throw UsageError("{} does not fit this algorithm: {}; choose another --output", path.string(), e.what());
  }
  return checkpoint;
}

}  // namespace

nn::TensorFile model_file(const fl::GlobalModel& model, int completed_rounds, const Fingerprints& data) {
  nn::TensorFile file = model.to_file(data.publics);
  file.metadata[rounds_key] = std::to_string(completed_rounds);
  file.metadata[clients_key] = data.clients;
  return file;
}

void check_checkpoint_data(const fs::path& path, const nn::TensorFile& file, const Fingerprints& data) {
  check_data(path, file, clients_key, "clients", data.clients);
  check_data(path, file, "public_fingerprint", "public images", data.publics);
}

void save_model(const fs::path& path, const fl::GlobalModel& model, int completed_rounds,
                const Fingerprints& data) {
  nn::save(path, model_file(model, completed_rounds, data));
}

int completed_rounds_of(const fs::path& weights) {
  const auto metadata = nn::own_metadata(weights);
  const auto found = metadata.find(rounds_key);
  return found == metadata.end() ? 0 : rounds_from(weights, found->second);
}

CheckpointStore::CheckpointStore(fs::path folder, int keep, Fingerprints data)
    : folder_(std::move(folder)), keep_(keep), data_(std::move(data)) {}

fs::path CheckpointStore::path(int completed_rounds) const {
  return checkpoint_path(folder_, completed_rounds);
}

void CheckpointStore::save(const fl::Server& server, int completed_rounds) const {
  nn::TensorFile file = model_file(server.model(), completed_rounds, data_);
  for (const auto& [name, values] : server.state())
    file.tensors.emplace_back(std::string(server_prefix) + name, at::tensor(at::ArrayRef<float>(values)));
  nn::save(path(completed_rounds), file);
  int kept = 0;
  for (const int round : checkpoint_rounds(folder_)) {
    // Later ones are damaged, the run fell back past them: they must not push out good ones.
    if (round <= completed_rounds && kept++ < keep_) continue;
    std::error_code ignored;
    fs::remove(path(round), ignored);
  }
}

std::optional<Checkpoint> CheckpointStore::load_newest(fl::Server& server, std::string& warnings) const {
  const auto rounds = checkpoint_rounds(folder_);
  std::vector<std::string> damages;
  for (const int round : rounds) {
    try {
      Checkpoint loaded = load_one(path(round), server, data_);
      for (const std::string& damage : damages)
        warnings += damage + "; falling back to the checkpoint before it\n";
      return loaded;
    } catch (const AccessError&) {
      throw;
    } catch (const DataError& e) {
      damages.emplace_back(e.what());
    }
  }
  // A start can be made again; rounds are not thrown away because nothing of them can be read.
  if (!rounds.empty() && rounds.front() > 0)
    throw DataError(
        "no checkpoint in {} can be used: restore one, or remove the checkpoints and the states of clients "
        "to "
        "train from the start again\n{}",
        folder_.string(), fmt::join(damages, "\n"));
  for (const std::string& damage : damages) warnings += damage + "; the start is made again\n";
  return std::nullopt;
}

}  // namespace fedfr::run
