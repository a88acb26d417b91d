#include "fedfr/fl/client_state.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/nn/tensor_file.hpp"

namespace fedfr::fl {

namespace {

constexpr int slots = 2;
constexpr const char* rounds_key = "completed_rounds";

int completed_rounds_of(const std::filesystem::path& path) {
  const auto metadata = nn::load_metadata(path);
  const auto found = metadata.find(rounds_key);
  int rounds = -1;
  if (found != metadata.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), rounds);
  if (rounds < 0)
    throw DataError("{} is no state of a client: its metadata lack '{}'", path.string(), rounds_key);
  return rounds;
}

at::Tensor optional_tensor(const nn::TensorFile& file, const char* name) {
  return file.has(name) ? file.at(name) : at::Tensor();
}

}  // namespace

ClientStateStore::ClientStateStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::filesystem::path ClientStateStore::path(ClientId client, int slot) const {
  return folder_ / fmt::format("client_{:06}.{}.safetensors", value(client), slot);
}

std::optional<ClientStateStore::Loaded> ClientStateStore::load(ClientId client, int completed_rounds) const {
  int newest = -1;
  int newest_slot = -1;
  int later = 0;
  for (int slot = 0; slot < slots; ++slot) {
    if (!std::filesystem::exists(path(client, slot))) continue;
    const int rounds = completed_rounds_of(path(client, slot));
    if (rounds > completed_rounds) ++later;
    if (rounds > completed_rounds || rounds <= newest) continue;
    newest = rounds;
    newest_slot = slot;
  }
  if (later == slots && completed_rounds > 0)
    throw DataError(
        "both states of client {} in {} are of later rounds than the checkpoint of round {}: the one that "
        "belongs to it is lost. Remove the checkpoints and the states to train from the start again",
        value(client), folder_.string(), completed_rounds);
  if (newest_slot < 0) return std::nullopt;
  const auto file = nn::load(path(client, newest_slot));
  return Loaded{{.local_centres = optional_tensor(file, "local_centres"),
                 .dfc = optional_tensor(file, "dfc"),
                 .backbone = optional_tensor(file, "backbone")},
                newest_slot};
}

void ClientStateStore::save(ClientId client, int completed_rounds, const PrivateState& state,
                            int occupied) const {
  nn::TensorFile file;
  file.metadata = {{"format", "fedfr-client-state-1"}, {rounds_key, std::to_string(completed_rounds)}};
  const auto put = [&](const char* name, const at::Tensor& tensor) {
    if (tensor.defined()) file.tensors.emplace_back(name, tensor);
  };
  put("local_centres", state.local_centres);
  put("dfc", state.dfc);
  put("backbone", state.backbone);
  nn::save(path(client, occupied == 0 ? 1 : 0), file);
}

}  // namespace fedfr::fl
