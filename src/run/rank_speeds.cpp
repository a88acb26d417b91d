#include "fedfr/run/rank_speeds.hpp"

#include <algorithm>

namespace fedfr::run {

void RankSpeeds::learn(comm::Communicator& comm, double work, double seconds) {
  std::vector<double> measured(speeds_.size(), 0.0);
  measured[static_cast<std::size_t>(comm.rank())] = seconds > 0 ? work / seconds : 0;
  comm.allreduce_max(measured);
  speeds_ = updated(speeds_, measured);
}

std::vector<double> RankSpeeds::updated(std::span<const double> old, std::span<const double> measured) {
  double sum = 0;
  int known = 0;
  for (const double speed : measured) {
    sum += speed;
    known += speed > 0 ? 1 : 0;
  }
  std::vector<double> speeds(old.begin(), old.end());
  if (known == 0) return speeds;
  for (std::size_t rank = 0; rank < speeds.size(); ++rank) {
    const double relative = measured[rank] > 0 ? measured[rank] * known / sum : 1.0;
    speeds[rank] = (speeds[rank] + relative) / 2;
  }
  return speeds;
}

}  // namespace fedfr::run
