#include "fedfr/comm/topology.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "mpi_session.hpp"

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
  EXPECT_EQ(topology.threads_per_rank, std::max(1, CPU_COUNT(&cpus) / comm->size()));
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
  EXPECT_EQ(comm::discover_topology(alone).threads_per_rank, CPU_COUNT(&all));
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
