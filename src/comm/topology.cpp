#include "fedfr/comm/topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/core/system.hpp"

// Each rank tells all others where it is; then every rank works out the same shares from the same list.
namespace fedfr::comm {
namespace {

Place this_place() {
  return {.host = hostname(), .processors = fedfr::allowed_processors(), .quotas = cpu_quotas()};
}

/// For the other ranks: the host's name on a line of its own, then numbers between blanks.
std::string to_text(const Place& place) {
  std::string text = fmt::format("{}\n{}", place.host, place.processors.size());
  for (const int cpu : place.processors) text += fmt::format(" {}", cpu);
  for (const auto& quota : place.quotas)
    text += fmt::format(" {} {} {}", quota.processors, quota.device, quota.inode);
  return text;
}

Place to_place(const std::string& text) {
  std::istringstream stream(text);
  Place place;
  std::size_t processors = 0;
  std::getline(stream, place.host);
  stream >> processors;
  place.processors.resize(processors);
  for (int& cpu : place.processors) stream >> cpu;
  for (CpuQuota quota; stream >> quota.processors >> quota.device >> quota.inode;)
    place.quotas.push_back(quota);
  return place;
}

std::vector<Place> all_places(Communicator& comm, const Place& mine) {
  std::vector<Place> places;
  const std::string text = to_text(mine);
  for (const auto& bytes : comm.allgather_bytes(std::as_bytes(std::span(text))))
    places.push_back(to_place({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  return places;
}

std::optional<double> least(const std::vector<CpuQuota>& quotas) {
  if (quotas.empty()) return std::nullopt;
  return std::ranges::min(quotas, {}, &CpuQuota::processors).processors;
}

/// Fractions of a processor round down.
int whole(double processors) {
  constexpr double kRounding = 1e-6;  // three thirds make one
  return std::max(1, static_cast<int>(processors + kRounding));
}

}  // namespace

std::string hostname() {
  const std::string full = host_name();
  return full.substr(0, full.find('.'));
}

double processors_for(const Place& rank, std::span<const Place> all) {
  const auto sharers = [&](const auto& of, const auto& what) {
    return static_cast<double>(std::ranges::count_if(all, [&](const Place& place) {
      return place.host == rank.host && std::ranges::find(of(place), what) != of(place).end();
    }));
  };
  double share = 0;
  for (const int cpu : rank.processors)
    share += 1 / sharers(
                     [](const Place& place) -> const auto& { return place.processors; }, cpu);
  for (const auto& quota : rank.quotas)
    share = std::min(
        share, quota.processors / sharers(
                                      [](const Place& place) -> const auto& { return place.quotas; }, quota));
  return share;
}

std::string describe(const Topology& topology) {
  return fmt::format("{} processor{} allowed, cpu quota {}, {} rank{} on the host",
                     topology.allowed_processors, topology.allowed_processors == 1 ? "" : "s",
                     topology.quota ? fmt::format("{:g}", *topology.quota) : "none", topology.local_ranks,
                     topology.local_ranks == 1 ? "" : "s");
}

Topology discover_topology(Communicator& comm) {
  const Place mine = this_place();
  const std::vector<Place> places = all_places(comm, mine);
  const std::span<const Place> lower(places.begin(), static_cast<std::size_t>(comm.rank()));
  const auto here = [&mine](const Place& place) { return place.host == mine.host; };
  Topology topology;
  topology.host = mine.host;
  std::set<std::string_view> hosts;
  for (const Place& place : places) hosts.emplace(place.host);
  topology.hosts = static_cast<int>(hosts.size());
  topology.local_rank = static_cast<int>(std::ranges::count_if(lower, here));
  topology.local_ranks = static_cast<int>(std::ranges::count_if(places, here));
  topology.allowed_processors = static_cast<int>(mine.processors.size());
  topology.quota = least(mine.quotas);
  topology.own_processors = processors_for(mine, places);
  // The smallest of all ranks, as the largest of the negative numbers.
  std::array<double, 1> fewest{-topology.own_processors};
  comm.allreduce_max(fewest);
  topology.threads_per_rank = whole(-fewest[0]);
  topology.visible_gpus = visible_gpus();
  return topology;
}

}  // namespace fedfr::comm
