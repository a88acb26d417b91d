// Two processes make the same round if everything that its clients' results depend on is equal: options,
// data, the server's state at its start, and what decides the last bits. The key is the hash of all that.
#include "fedfr/run/attempt.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/checksum.hpp"

namespace fedfr::run {

bool Attempt::has_finished(ClientId client) const { return std::ranges::binary_search(finished, client); }

std::vector<std::int64_t> Attempt::images_to_train() const {
  auto images = local_images;
  for (std::size_t i = 0; i < images.size(); ++i)
    if (has_finished(cohort[i])) images[i] = 0;
  return images;
}

Attempt begin_attempt(const Experiment& experiment, int round, std::uint64_t start) {
  Attempt attempt;
  attempt.round = round;
  attempt.cohort = experiment.cohort(round);
  attempt.local_images = experiment.local_images(attempt.cohort);
  const Fingerprints data = experiment.fingerprints();
  const std::string circumstances = fmt::format("{} {} {} {} {}", config_hash(experiment.options),
                                                data.clients, data.publics, start, experiment.numerics);
  attempt.key = hash64(std::as_bytes(std::span(circumstances)));
  return attempt;
}

void find_finished(Attempt& attempt, const fl::ClientStateStore& states, comm::Communicator& comm) {
  std::vector<ClientId> finished;
  comm::on_every_rank(comm, "looking for finished clients", [&] {
    // Rank 0 alone: on a network file system the ranks may see different moments of the file, and then part.
    if (comm.rank() != 0) return;
    for (const ClientId client : attempt.cohort)
      if (states.has_finished(client, attempt.round + 1, attempt.key)) finished.push_back(client);
  });
  const auto found = comm.allgather_bytes(std::as_bytes(std::span(finished)))[0];
  attempt.finished.resize(found.size() / sizeof(ClientId));
  std::ranges::copy(found, std::as_writable_bytes(std::span(attempt.finished)).begin());
}

}  // namespace fedfr::run
