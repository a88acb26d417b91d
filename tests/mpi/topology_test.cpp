#include "fedfr/comm/topology.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "mpi_session.hpp"

// Shares of a host's processors: those of this machine for real, and those of hosts and quotas that are only
// described.
namespace fedfr::test {
namespace {

cpu_set_t allowed_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  sched_getaffinity(0, sizeof cpus, &cpus);
  return cpus;
}

TEST(Topology, SharesTheProcessorsOfThisHost) {
  const auto comm = comm::make_communicator(mpi_session(), false, 20);
  const comm::Topology topology = comm::discover_topology(*comm);
  const cpu_set_t cpus = allowed_cpus();
  EXPECT_EQ(topology.host, comm::hostname());
  EXPECT_EQ(topology.hosts, 1);
  EXPECT_EQ(topology.local_rank, comm->rank());
  EXPECT_EQ(topology.local_ranks, comm->size());
  EXPECT_EQ(topology.allowed_processors, CPU_COUNT(&cpus));
  EXPECT_EQ(topology.threads_per_rank, std::max(1, usable_processors() / comm->size()));
}

/// `ranks` ranks on a host, each free to run on the first `processors` of it.
std::vector<comm::Place> places(int ranks, int processors, const std::vector<CpuQuota>& quotas) {
  comm::Place place{.host = "a", .processors = {}, .quotas = quotas};
  for (int cpu = 0; cpu < processors; ++cpu) place.processors.push_back(cpu);
  return {static_cast<std::size_t>(ranks), place};
}

TEST(Topology, DividesAQuotaByThoseWhoShareIt) {
  const CpuQuota job{.processors = 6, .device = 1, .inode = 10};
  auto all = places(2, 64, {job});
  EXPECT_DOUBLE_EQ(comm::processors_for(all[0], all), 3);
  // The same files on another host limit others, a group of its own only this rank.
  all[1].host = "b";
  EXPECT_DOUBLE_EQ(comm::processors_for(all[0], all), 6);
  all[1].host = "a";
  all[1].quotas = {{.processors = 6, .device = 1, .inode = 11}};
  EXPECT_DOUBLE_EQ(comm::processors_for(all[0], all), 6);
  // Within the job's quota, one rank has one of its own as well.
  all[1].quotas = {{.processors = 2.5, .device = 1, .inode = 12}, job};
  EXPECT_DOUBLE_EQ(comm::processors_for(all[0], all), 3);
  EXPECT_DOUBLE_EQ(comm::processors_for(all[1], all), 2.5);
}

TEST(Topology, TakesTheLeastOfPlacesAndQuotas) {
  auto all = places(2, 4, {{.processors = 100, .device = 1, .inode = 10}});
  EXPECT_DOUBLE_EQ(comm::processors_for(all[0], all), 2);
  all = places(4, 2, {});
  EXPECT_DOUBLE_EQ(comm::processors_for(all[0], all), 0.5);
  // Bound to processors of their own, one of them to a single one.
  all[0].processors = {0, 1, 2};
  all[1].processors = {3};
  all[2].processors = all[3].processors = {4, 5};
  EXPECT_DOUBLE_EQ(comm::processors_for(all[0], all), 3);
  EXPECT_DOUBLE_EQ(comm::processors_for(all[1], all), 1);
  EXPECT_DOUBLE_EQ(comm::processors_for(all[2], all), 1);
}

TEST(Topology, SaysWhatTheThreadsAreMadeOf) {
  comm::Topology topology;
  EXPECT_EQ(comm::describe(topology), "1 processor allowed, cpu quota none, 1 rank on the host");
  topology.local_ranks = 2;
  topology.allowed_processors = 8;
  topology.quota = 1.5;
  EXPECT_EQ(comm::describe(topology), "8 processors allowed, cpu quota 1.5, 2 ranks on the host");
}

TEST(Topology, CountsOnlyProcessorsThatTheRankMayUse) {
  const cpu_set_t all = allowed_cpus();
  if (CPU_COUNT(&all) < 2) GTEST_SKIP() << "needs two processors";
  cpu_set_t one;
  CPU_ZERO(&one);
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  CPU_SET(first, &one);
  sched_setaffinity(0, sizeof one, &one);
  comm::LocalCommunicator alone;
  const int bound = comm::discover_topology(alone).threads_per_rank;
  sched_setaffinity(0, sizeof all, &all);
  EXPECT_EQ(bound, 1);
  EXPECT_EQ(comm::discover_topology(alone).threads_per_rank, usable_processors());
}

TEST(Topology, GivesGpusInTurn) {
  comm::Topology topology;
  topology.local_rank = 3;
  EXPECT_EQ(topology.gpu(), std::nullopt);
  topology.visible_gpus = 4;
  EXPECT_EQ(topology.gpu(), 3);
  topology.visible_gpus = 1;
  EXPECT_EQ(topology.gpu(), 0);
}

}  // namespace
}  // namespace fedfr::test
