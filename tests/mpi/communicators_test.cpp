#include <gmock/gmock.h>

#include "communicator_contract.hpp"
#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "fedfr/comm/mpi_communicator.hpp"
#include "mpi_session.hpp"

// Which communicators have to keep the contract: the one of a single rank and that of MPI, on as many ranks
// as the test is started with. NCCL's is tested where there are GPUs.
namespace fedfr::test {
namespace {

constexpr double kDeadline = 20;

const Implementation kLocal{.name = "Local",
                            .make = [] { return std::make_unique<comm::LocalCommunicator>(); }};
const Implementation kMpi{
    .name = "Mpi",
    .make = [] { return std::make_unique<comm::MpiCommunicator>(mpi_session(), kDeadline, "under test"); }};
INSTANTIATE_TEST_SUITE_P(, CommunicatorContract, testing::Values(kLocal, kMpi), implementation_name);

TEST(MakeCommunicator, TakesNoTransportForOneRankAndMpiWithoutGpus) {
  const auto comm = comm::make_communicator(mpi_session(), /*rank_has_own_gpu=*/false, kDeadline);
  EXPECT_EQ(comm->size(), mpi_session().size());
  EXPECT_EQ(comm->rank(), mpi_session().rank());
  EXPECT_THAT(comm->description(),
              testing::HasSubstr(comm->size() == 1 ? "no communication" : "compute on processors, not GPUs"));
}

}  // namespace
}  // namespace fedfr::test
