#include "fedfr/run/load_balance.hpp"

#include <algorithm>

#include "fedfr/fl/server/cohort.hpp"

// Work is counted in images of an epoch, speed in work a second relative to the mean of the ranks: what is
// the same for all (epochs, network) cancels. Every rank learns from the records of all, so all place the
// next cohort alike.
namespace fedfr::run {

std::vector<std::vector<ClientId>> LoadBalance::place(std::span<const ClientId> cohort,
                                                      std::span<const std::int64_t> local_images) const {
  std::vector<double> costs;
  for (std::size_t i = 0; i < cohort.size(); ++i) costs.push_back(cost(cohort[i], local_images[i]));
  std::vector<double> speeds = speeds_;
  std::ranges::replace(speeds, 0.0, 1.0);
  return fl::place(cohort, costs, speeds);
}

double LoadBalance::cost(ClientId client, std::int64_t local_images) const {
  if (local_images == 0) return 0;
  const auto known = images_.find(client);
  return known != images_.end() ? known->second : static_cast<double>(local_images) * growth_;
}

void LoadBalance::learn(std::span<const ClientRecord> clients) {
  std::vector<double> work(speeds_.size(), 0.0);
  std::vector<double> seconds(speeds_.size(), 0.0);
  double local = 0;
  double all = 0;
  for (const auto& client : clients) {
    const auto& statistics = client.statistics;
    const auto images = static_cast<double>(statistics.local_images + statistics.hard_negatives);
    images_[client.client] = images;
    local += static_cast<double>(statistics.local_images);
    all += images;
    // Its seconds are those of another job, perhaps on other hosts.
    if (client.taken_over) continue;
    const auto rank = static_cast<std::size_t>(client.rank);
    work[rank] += static_cast<double>(statistics.images);
    seconds[rank] += client.seconds;
  }
  if (local > 0) growth_ = all / local;
  std::ranges::transform(work, seconds, work.begin(), [](double w, double s) { return s > 0 ? w / s : 0; });
  speeds_ = updated(speeds_, work);
}

std::vector<double> LoadBalance::updated(std::span<const double> old, std::span<const double> measured) {
  double sum = 0;
  int known = 0;
  for (const double speed : measured) {
    sum += speed;
    known += speed > 0 ? 1 : 0;
  }
  std::vector<double> speeds(old.begin(), old.end());
  // All clients were taken over: nothing was measured.
  if (known == 0) return speeds;
  for (std::size_t rank = 0; rank < speeds.size(); ++rank) {
    const double relative = measured[rank] > 0 ? measured[rank] * known / sum : 1.0;
    speeds[rank] = speeds[rank] > 0 ? (speeds[rank] + relative) / 2 : relative;
  }
  return speeds;
}

}  // namespace fedfr::run
