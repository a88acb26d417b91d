#include "fedfr/report/sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/report/array_ranges.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::string kHead = "[Sweep]\njob = j.cfg\noutput = out\nranks = 3\n";
const std::string kData = "[Data]\nsource = faces\ntotal-identities = 24\nmin-images = 5\n";

Sweep expanded(const std::string& text) {
  const auto job = run::parse_job_file("clients = c\npublic = p\nbenchmark = b\nrounds = 7\n", "j.cfg");
  return expand(parse_sweep_file(text, "s.cfg"), job);
}

std::vector<std::string> names(const Sweep& sweep) {
  std::vector<std::string> all;
  for (const auto& cell : sweep.cells) all.push_back(cell.name);
  return all;
}

TEST(Sweep, AGridHasEveryCombinationTheLastAxisFastest) {
  const auto sweep = expanded(kHead + "[Axes]\nalgorithm = fedfr, fedavg\nseed = 1, 2\n");
  EXPECT_THAT(names(sweep), ElementsAre("algorithm-fedfr_seed-1", "algorithm-fedfr_seed-2",
                                        "algorithm-fedavg_seed-1", "algorithm-fedavg_seed-2"));
  const auto& cell = sweep.cells[2];
  EXPECT_EQ(cell.options().algorithm, "fedavg");
  EXPECT_FALSE(cell.options().hard_negatives);  // what the algorithm implies
  EXPECT_EQ(cell.options().seed, 1U);
  EXPECT_EQ(cell.options().rounds, 7);
  EXPECT_EQ(cell.options().output, "out/runs/algorithm-fedavg_seed-1");
  EXPECT_EQ(cell.ranks, 3);
  EXPECT_EQ(cell.value("seed"), "1");
}

TEST(Sweep, AListPairsTheValuesOfItsAxes) {
  const auto sweep =
      expanded("[Sweep]\njob = j.cfg\noutput = out\ncombine = list\n[Axes]\nlr = 0.1, 0.01\nseed = 1, 2\n");
  EXPECT_THAT(names(sweep), ElementsAre("lr-0.1_seed-1", "lr-0.01_seed-2"));
}

TEST(Sweep, AFixedTotalIsDealtOutToTheClients) {
  const auto sweep = expanded(kHead + kData + "[Axes]\nclients-count = 2, 12\nseed = 1, 2\n");
  ASSERT_EQ(sweep.datasets.size(), 2U);  // one for both seeds
  EXPECT_THAT(sweep.datasets[0].arguments,
              ElementsAre("--clients", "2", "--identities-per-client", "12", "--min-images", "5"));
  EXPECT_EQ(sweep.datasets[1].identities_per_client, 2);
  EXPECT_EQ(sweep.datasets[1].folder, "out/data/clients-12x2");
  EXPECT_EQ(sweep.cells[3].data, 1U);
  EXPECT_EQ(sweep.cells[3].options().clients, "out/data/clients-12x2/clients");
  EXPECT_EQ(sweep.cells[3].options().public_set, "out/data/clients-12x2/public");
  EXPECT_THAT(sweep.cells[3].options().benchmark, ElementsAre("b"));
  EXPECT_EQ(sweep.cells[0].ranks, 2);  // no more than clients
  EXPECT_EQ(sweep.cells[3].ranks, 3);
}

TEST(Sweep, BenchmarksOfTheSplitStandForThoseOfTheJob) {
  const auto sweep = expanded(kHead + kData + "pairs = 600\n[Axes]\nclients-count = 2\n");
  EXPECT_THAT(sweep.cells[0].options().benchmark, ElementsAre("out/data/clients-2x12/heldout-pairs"));
}

TEST(Sweep, SettingsOfTheSplitMayBeAxes) {
  const auto sweep = expanded(kHead + "[Data]\nsource = faces\nidentities-per-client = 3\nmin-images = 5\n" +
                              "[Axes]\nclients-count = 2\nsplit-min-images = 6, 7\n");
  ASSERT_EQ(sweep.datasets.size(), 2U);
  EXPECT_EQ(sweep.datasets[1].folder, "out/data/clients-2x3_min-images-7");
  EXPECT_EQ(sweep.datasets[1].arguments.back(), "7");
}

TEST(Sweep, OptionsHoldForAllCellsAndAxesWin) {
  const auto sweep = expanded(kHead + "[Options]\nrounds = 2\nlr = 0.5\n[Axes]\nlr = 0.1\n");
  EXPECT_EQ(sweep.cells[0].options().rounds, 2);
  EXPECT_EQ(sweep.cells[0].options().lr, 0.1);
}

TEST(Sweep, ValuesWithCommasAreSeparatedBySemicolons) {
  const auto sweep = expanded(kHead + "[Axes]\nfars = 1e-1,1e-2; 1e-1,1e-3\n");
  ASSERT_EQ(sweep.cells.size(), 2U);
  EXPECT_THAT(sweep.cells[1].options().fars, ElementsAre(0.1, 0.001));
  EXPECT_NE(sweep.cells[0].name, sweep.cells[1].name);
}

TEST(Sweep, PathsAreWhatAShellWouldMakeOfThem) {
  ::setenv("HOME", "/users/me", 1);
  ::setenv("FEDFR_TEST_SCRATCH", "/scratch/me", 1);
  ::unsetenv("FEDFR_TEST_UNSET");
  const auto sweep = expanded(
      "\xef\xbb\xbf[Sweep]\r\njob = ~/j.cfg\r\noutput = $FEDFR_TEST_SCRATCH/out/\r\n[Data]\nsource = "
      "~/faces/\ntotal-identities = 24\nlfw-pairs = ~/pairs.txt\n[Options]\ninit = ${FEDFR_TEST_SCRATCH}/w\n"
      "[Axes]\nclients-count = 2\nscratch = ~/a/, $FEDFR_TEST_SCRATCH/b");
  EXPECT_EQ(sweep.file.job, "/users/me/j.cfg");
  EXPECT_EQ(sweep.paths.folder.string(), "/scratch/me/out");
  EXPECT_EQ(sweep.file.data->source.string(), "/users/me/faces");
  EXPECT_THAT(sweep.datasets[0].arguments, testing::Contains("/users/me/pairs.txt"));
  EXPECT_EQ(sweep.cells[0].options().init, "/scratch/me/w");
  EXPECT_EQ(sweep.cells[0].value("scratch"), "/users/me/a");
  EXPECT_EQ(sweep.cells[1].value("scratch"), "/scratch/me/b");
  for (const std::string line : {"output = $FEDFR_TEST_UNSET/out", "job = $FEDFR_TEST_UNSET"})
    EXPECT_THAT([&] { expanded("[Sweep]\n" + line); },
                ThrowsMessage<UsageError>(HasSubstr("s.cfg:2: the variable $FEDFR_TEST_UNSET is not set")));
}

TEST(Sweep, ValuesThatLookAlikeInAFileNameAreToldApart) {
  const auto sweep = expanded(kHead + "[Axes]\ninit = a/b, a-b\n");
  EXPECT_NE(sweep.cells[0].name, sweep.cells[1].name);
  EXPECT_EQ(sweep.cells[0].name.find('/'), std::string::npos);
}

TEST(Sweep, DatasetsWhoseSettingsLookAlikeInAFileNameAreToldApart) {
  const auto sweep = expanded(kHead + kData + "[Axes]\nclients-count = 2\nsplit-lfw-pairs = a/b, a-b\n");
  ASSERT_EQ(sweep.datasets.size(), 2U);
  EXPECT_NE(sweep.datasets[0].folder, sweep.datasets[1].folder);
}

TEST(Sweep, AFolderThatBeginsWithADashIsNoOption) {
  const auto sweep = expanded("[Sweep]\njob = j.cfg\noutput = -out\n[Axes]\nseed = 1\n");
  EXPECT_EQ(sweep.paths.job(sweep.cells[0]), "./-out/jobs/seed-1.cfg");
}

TEST(Sweep, WordsOfTheLauncherMayHaveBlanks) {
  const auto file = parse_sweep_file(kHead +
                                         "launcher = \"'/opt/my mpi/mpirun' --bind-to  none\"\nsbatch = "
                                         "--comment=\"a b\" c\\ d\n[Axes]\nseed = 1\n",
                                     "s.cfg");
  EXPECT_THAT(file.launcher, ElementsAre("/opt/my mpi/mpirun", "--bind-to", "none"));
  EXPECT_THAT(file.sbatch, ElementsAre("--comment=a b", "c d"));
}

TEST(Sweep, IsToldFromItsFolderWithoutTheBaseJobFile) {
  const test::TempFolder folder;
  replace_file(folder / "sweep.cfg", kHead + "[Axes]\nseed = 1, 2\n");
  replace_file(folder / "base.cfg", "clients = c\npublic = p\nrounds = 7\n");
  const auto sweep = load_sweep(folder.path());
  EXPECT_EQ(sweep.cells.at(1).options().rounds, 7);
  EXPECT_EQ(sweep.cells.at(1).options().output, folder / "runs/seed-2");
}

void expect_refused(const std::string& text, const std::string& message) {
  EXPECT_THAT([&] { expanded(text); }, ThrowsMessage<UsageError>(HasSubstr(message))) << text;
}

TEST(Sweep, MistakesAreNamedWithFileAndLine) {
  expect_refused(kHead + "[Axes]\nsed = 1\n", "s.cfg:6: unknown option 'sed'; did you mean 'seed'?");
  expect_refused(kHead + "[Axes]\nseed =\n", "s.cfg:6: seed has no values");
  expect_refused(kHead + "[Axes]\nseed = 1,,2\n", "s.cfg:6: seed has an empty value");
  expect_refused(kHead + "[Axes]\nseed = 1, 1\n", "s.cfg:6: seed has the value 1 twice");
  expect_refused(kHead + "[Axes]\nseed = 1\nseed = 2\n", "s.cfg:7: seed was set before, at s.cfg:6");
  expect_refused(kHead + "[Axes]\nseed = one\n", "s.cfg:6: seed = one: expected a whole number");
  expect_refused(kHead + "[Axes]\noutput = a\n", "output is for the sweep to decide");
  expect_refused(kHead + "[Axes]\nclients-count = 2\n", "s.cfg:6: clients-count needs a section [Data]");
  expect_refused(kHead + kData + "[Axes]\nseed = 2\n", "needs the axis clients-count");
  expect_refused(kHead + kData + "[Axes]\nclients-count = 5\n",
                 "24 identities cannot be dealt out evenly to 5");
  expect_refused(kHead + kData + "identities-per-client = 2\n[Axes]\nclients-count = 5\n", "either");
  expect_refused(kHead + "[Axes]\nsplit-rounds = 5\n", "'split-rounds' names no setting of the split");
  expect_refused(kHead + "[Axis]\nseed = 5\n", "s.cfg:6: 'seed' is in the section [Axis]");
  expect_refused(kHead + "ranks = 2\n[Axes]\nseed = 5\n", "s.cfg:5: ranks was set before");
  expect_refused(kHead + "rank = 2\n[Axes]\nseed = 5\n", "s.cfg:5: unknown key 'rank'");
  expect_refused(kHead, "[Axes] is missing");
  expect_refused("[Sweep]\njob = j.cfg\n[Axes]\nseed = 1\n", "output = DIR");
  expect_refused(kHead + "combine = list\n[Axes]\nseed = 1\nlr = 1, 2\n",
                 "combine = list needs axes of one length");
}

TEST(Sweep, CellsThatAreOneRunAreRefused) {
  expect_refused(kHead + "[Axes]\nlr = 0.1, 0.10\n",
                 "s.cfg: the cells lr-0.1 and lr-0.10 have the same options");
  expect_refused(kHead + "[Axes]\ndfc = true, on\n", "have the same options");
  expect_refused(kHead + "[Axes]\nfars = 1e-1,1e-2; 0.1,0.01\n", "have the same options");
  expect_refused(kHead + kData + "[Axes]\nclients-count = 2, 02\n", "have the same options");
}

TEST(Sweep, FilesThatSomeSystemsWouldNotTellApartAreRefused) {
  expect_refused(kHead + "[Axes]\ninit = a.x, A.x\n",
                 "s.cfg: the files of the cells init-a.x and init-A.x would have the same names");
}

TEST(Sweep, AbsurdNumbersAreRefused) {
  std::string many = "1";
  for (int i = 2; i <= 1000; ++i) many += fmt::format(",{}", i);
  expect_refused(kHead + "[Axes]\nseed = " + many + "\nrounds = " + many + "\nbatch = " + many + "\n",
                 "s.cfg:7: with rounds there are 1000000 cells or more, but a sweep has at most 10000");
  for (int i = 1001; i <= 10001; ++i) many += fmt::format(",{}", i);
  expect_refused(kHead + "[Axes]\nseed = " + many + "\n", "s.cfg:6: seed has more than 10000 values");
  expect_refused(kHead + "combine = list\n[Axes]\nseed = " + many + "\n", "more than 10000 values");
  expect_refused(kHead + kData + "[Axes]\nclients-count = 4611686018427387904\n",
                 "whole numbers from 1 to 1000000000");
  expect_refused(kHead + "[Data]\nsource = f\ntotal-identities = 99999999999\n[Axes]\nclients-count = 1\n",
                 "from 1 to 1000000000");
  expect_refused("[Sweep]\njob = j.cfg\noutput = out\nranks = 0\n[Axes]\nseed = 1\n",
                 "ranks = 0: expected a whole number");
}

TEST(Sweep, NumbersOfAnArrayAreJoinedToRanges) {
  EXPECT_EQ(array_ranges({0, 1, 2, 5}), "0-2,5");
  EXPECT_EQ(array_ranges({3}), "3");
  EXPECT_EQ(array_ranges({1, 3, 4}), "1,3-4");
}

TEST(Sweep, TheExampleIsOne) {
  const std::filesystem::path repository = FEDFR_REPOSITORY;
  const auto path = repository / "jobs/sweep-lfw.cfg";
  const auto file = parse_sweep_file(read_text(path), path);
  const auto sweep = expand(file, run::parse_job_file(read_text(repository / file.job), file.job.string()));
  EXPECT_EQ(sweep.cells.size(), 8U);
  EXPECT_EQ(sweep.datasets.size(), 4U);
}

TEST(Sweep, AFolderThatHoldsNoSweepIsNamed) {
  const test::TempFolder folder;
  EXPECT_THAT([&] { load_sweep(folder.path()); },
              ThrowsMessage<DataError>(HasSubstr("is no folder of a sweep")));
}

}  // namespace
}  // namespace fedfr::report
