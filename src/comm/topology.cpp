#include "fedfr/comm/topology.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <set>
#include <string_view>
#include <vector>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::comm {
namespace {

/// What the ranks tell each other; plain bytes.
struct Place {
  std::array<char, HOST_NAME_MAX + 1> host{};
  cpu_set_t cpus{};
};

Place this_place() {
  Place place;
  const std::string host = hostname();
  std::copy_n(host.begin(), std::min(host.size(), place.host.size() - 1), place.host.begin());
  if (sched_getaffinity(0, sizeof place.cpus, &place.cpus) != 0)
    throw PeerError("{}: cannot ask which processors this rank may use: {}", host, std::strerror(errno));
  return place;
}

std::vector<Place> all_places(Communicator& comm, const Place& mine) {
  std::vector<Place> places;
  for (const auto& bytes : comm.allgather_bytes(std::as_bytes(std::span(&mine, 1))))
    std::memcpy(&places.emplace_back(), bytes.data(), sizeof(Place));
  return places;
}

bool same_host(const Place& a, const Place& b) { return a.host == b.host; }

/// The rank's share of its host's processors, at least 1.
int threads_of(const Place& rank, std::span<const Place> places) {
  double share = 0;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &rank.cpus)) continue;
    share += 1.0 / static_cast<double>(std::ranges::count_if(places, [&](const Place& p) {
               return same_host(p, rank) && CPU_ISSET(cpu, &p.cpus);
             }));
  }
  constexpr double kRounding = 1e-6;  // three thirds make one
  return std::max(1, static_cast<int>(share + kRounding));
}

}  // namespace

std::string hostname() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  gethostname(name.data(), name.size() - 1);
  const std::string_view full = name.data();
  return std::string(full.substr(0, full.find('.')));
}

Topology discover_topology(Communicator& comm) {
  const Place mine = this_place();
  const std::vector<Place> places = all_places(comm, mine);
  const std::span<const Place> lower(places.begin(), static_cast<std::size_t>(comm.rank()));
  const auto here = [&mine](const Place& place) { return same_host(place, mine); };
  Topology topology;
  topology.host = mine.host.data();
  std::set<std::string_view> hosts;
  for (const Place& place : places) hosts.emplace(place.host.data());
  topology.hosts = static_cast<int>(hosts.size());
  topology.local_rank = static_cast<int>(std::ranges::count_if(lower, here));
  topology.local_ranks = static_cast<int>(std::ranges::count_if(places, here));
  topology.allowed_processors = CPU_COUNT(&mine.cpus);
  std::array<double, 1> fewest{-static_cast<double>(threads_of(mine, places))};
  comm.allreduce_max(fewest);
  topology.threads_per_rank = static_cast<int>(-fewest[0]);
  topology.visible_gpus = visible_gpus();
  return topology;
}

}  // namespace fedfr::comm
