#include "fedfr/comm/all_equal.hpp"

#include <array>

namespace fedfr::comm {

/// In halves, which a double holds exactly; the largest of -x is the smallest of x.
bool all_equal(Communicator& comm, std::uint64_t mine) {
  const auto high = static_cast<double>(mine >> 32U);
  const auto low = static_cast<double>(mine & 0xffffffffU);
  std::array<double, 4> extremes = {high, -high, low, -low};
  comm.allreduce_max(extremes);
  return extremes[0] == -extremes[1] && extremes[2] == -extremes[3];
}

}  // namespace fedfr::comm
