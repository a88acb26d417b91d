// NCCL under the contract of every communicator. Needs one GPU for each rank.
#include "fedfr/comm/nccl_communicator.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/comm/make_communicator.hpp"
#include "mpi/communicator_contract.hpp"
#include "mpi/mpi_session.hpp"

namespace fedfr::test {
namespace {

constexpr double kDeadline = 30;

std::string too_few_gpus() {
  const int ranks = mpi_session().size();
  if (comm::visible_gpus() >= ranks) return {};
  return fmt::format("NEEDS {} GPU(s), {} found", ranks, comm::visible_gpus());
}

std::unique_ptr<comm::Communicator> make_nccl() {
  comm::select_gpu(mpi_session().rank());
  return std::make_unique<comm::NcclCommunicator>(
      std::make_unique<comm::MpiCommunicator>(mpi_session(), kDeadline, "beside NCCL"));
}

const Implementation kNccl{.name = "Nccl", .make = make_nccl, .obstacle = too_few_gpus};
INSTANTIATE_TEST_SUITE_P(, CommunicatorContract, testing::Values(kNccl), implementation_name);

TEST(MakeCommunicator, TakesNcclWhereEveryRankHasAGpu) {
  if (const std::string obstacle = too_few_gpus(); !obstacle.empty()) GTEST_SKIP() << obstacle;
  if (mpi_session().size() == 1) GTEST_SKIP() << "one rank needs no transport";
  comm::select_gpu(mpi_session().rank());
  const auto comm = comm::make_communicator(mpi_session(), /*rank_has_own_gpu=*/true, kDeadline);
  EXPECT_THAT(comm->description(), testing::HasSubstr("NCCL"));
}

TEST(MakeCommunicator, TakesMpiWhereRanksShareAGpu) {
  if (comm::visible_gpus() == 0) GTEST_SKIP() << "NEEDS a GPU";
  if (mpi_session().size() == 1) GTEST_SKIP() << "one rank needs no transport";
  comm::select_gpu(0);
  const auto comm = comm::make_communicator(mpi_session(), /*rank_has_own_gpu=*/true, kDeadline);
  EXPECT_THAT(comm->description(), testing::HasSubstr("ranks share a GPU"));
}

}  // namespace
}  // namespace fedfr::test
