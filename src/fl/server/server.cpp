#include "fedfr/fl/server/server.hpp"

#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"

// The server is not a process: each rank makes the same step from the same sum. So whatever a step keeps is
// equal everywhere, and the hash that the ranks compare covers it.
namespace fedfr::fl {

Server::Server(const Algorithm& row, GlobalModel model, std::int64_t clients)
    : row_(row), model_(std::move(model)), clients_(clients) {
  std::int64_t shared = 0;
  for (const auto& tensor : model_.layout()) shared += tensor.size;
  for (const auto& step : row_.server)
    for (const auto& kept : step.keeps)
      state_[kept.name].assign(static_cast<std::size_t>(resolved(kept.size, shared)), kept.start);
}

void Server::restore(NamedVectors state) {
  for (auto& [name, values] : state_) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.size() != values.size())
      throw DataError("the server's {} is missing or not of {} values", name, values.size());
    values = std::move(found->second);
  }
}

void Server::step(const RoundSum& round) {
  std::vector<float> next = round.mean;
  // The copy of the model before is only made where a step asks for it.
  if (!row_.server.empty()) {
    const std::vector<float> before = model_.shared();
    ServerInput input{.before = before,
                      .means = round.extras,
                      .cohort = round.clients,
                      .clients = clients_,
                      .state = state_,
                      .next = next};
    for (const auto& step : row_.server) step.step(input);
  }
  model_.set_shared(next);
}

std::uint64_t Server::hash() const {
  std::vector<std::uint64_t> parts{model_.hash()};
  for (const auto& [name, values] : state_) parts.push_back(hash64(std::as_bytes(std::span(values))));
  return parts.size() == 1 ? parts[0] : hash64(std::as_bytes(std::span(parts)));
}

}  // namespace fedfr::fl
