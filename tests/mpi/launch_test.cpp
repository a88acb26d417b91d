#include "fedfr/comm/launch.hpp"

#include <gtest/gtest.h>

#include <map>

// When a process is a rank of a Slurm step, by the variables that Slurm and PMIx set in each case; no Slurm
// is needed.
namespace fedfr::test {
namespace {

using Values = std::map<std::string, std::string>;

bool alone(const Values& values, int process = 100) {
  return comm::alone_in_slurm_step(
      [&](const std::string& name) {
        const auto found = values.find(name);
        return found == values.end() ? std::string() : found->second;
      },
      process);
}

Values with(Values values, const Values& more) {
  values.insert(more.begin(), more.end());
  return values;
}

TEST(SlurmStep, IsNoMatterWhereThereIsNone) {
  EXPECT_FALSE(alone({}));
  EXPECT_FALSE(alone({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "2"}}));  // salloc, and a batch script
}

TEST(SlurmStep, OfOneTaskMakesAJobOfOneRank) {
  const Values step{{"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_PROCID", "0"}};
  EXPECT_TRUE(alone(step));
  EXPECT_TRUE(alone(with(step, {{"PMIX_RANK", "0"}})));
  EXPECT_TRUE(alone(with(step, {{"SLURM_NTASKS", "8"}, {"SLURM_PTY_PORT", "4000"}})));  // salloc's own shell
  EXPECT_TRUE(alone({{"SLURM_STEPID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}}));
}

TEST(SlurmStep, OfSeveralTasksHasRanks) {
  const Values step{
      {"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_TASK_PID", "100"}, {"PMIX_RANK", "1"}};
  EXPECT_FALSE(alone(step));
  EXPECT_FALSE(alone(step, 101));  // a script around the rank
  // A terminal: the task itself is a rank, what its shell starts is not.
  EXPECT_FALSE(alone(with(step, {{"SLURM_PTY_PORT", "4000"}})));
  EXPECT_TRUE(alone(with(step, {{"SLURM_PTY_PORT", "4000"}}), 101));
}

TEST(SlurmStep, LeavesOtherLaunchersAndJobsOfSeveralStepsAlone) {
  const Values step{{"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}};
  EXPECT_FALSE(alone(with(step, {{"OMPI_COMM_WORLD_SIZE", "2"}})));
  EXPECT_FALSE(alone(with(step, {{"SLURM_HET_SIZE", "2"}})));
}

}  // namespace
}  // namespace fedfr::test
