#include "fedfr/run/options/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ThrowsMessage;

Configuration configured(const std::string& job_file, const std::vector<std::string>& args = {}) {
  return resolve(parse_job_file(job_file, "job.cfg"), parse_command_line(args).settings);
}
Options parsed(const std::string& job_file, const std::vector<std::string>& args = {}) {
  return configured(job_file, args).options;
}

TEST(JobFile, ReadsEveryType) {
  const Options o = parsed(
      "# a comment\r\n"
      "[Run]   # a heading\n"
      "  rounds=3   # three\r\n"
      "\n"
      "\toutput = runs/a b#c\n"
      "seed = 4294967295\n"
      "lr = 1e-2\n"
      "mirror = off\n"
      "dfc = yes\n"
      "device = cpu\n"
      "fars = 1e-1, 1e-3\n"
      "benchmark = x\n"
      "benchmark = y");
  EXPECT_EQ(o.rounds, 3);
  EXPECT_EQ(o.output, "runs/a b#c");
  EXPECT_EQ(o.seed, 4294967295U);
  EXPECT_EQ(o.lr, 0.01);
  EXPECT_FALSE(o.mirror);
  EXPECT_TRUE(o.dfc);
  EXPECT_EQ(o.device, "cpu");
  EXPECT_THAT(o.fars, ElementsAre(0.1, 0.001));
  EXPECT_THAT(o.benchmark, ElementsAre("x", "y"));
}

TEST(JobFile, RefusesWhatItDoesNotUnderstandByLine) {
  EXPECT_THAT([] { parsed("rounds = 3\nrounds 4\n"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("job.cfg:2"), HasSubstr("rounds 4"))));
  EXPECT_THAT([] { parsed("rounds = 3\n\nrounds = 4\n"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("job.cfg:3"), HasSubstr("job.cfg:1"))));
}

TEST(CommandLine, TakesTheUsualForms) {
  const std::vector<std::string> args = {"--rounds", "5",     "job.cfg",   "--lr=0.5", "--dry-run",
                                         "--mirror", "false", "--dfc=off", "--rounds", "7"};
  const CommandLine line = parse_command_line(args);
  EXPECT_EQ(line.job_file, "job.cfg");
  const Options o = resolve({}, line.settings).options;
  EXPECT_EQ(o.rounds, 7);
  EXPECT_EQ(o.lr, 0.5);
  EXPECT_TRUE(o.dry_run);
  EXPECT_FALSE(o.mirror);
  EXPECT_FALSE(o.dfc);
}

TEST(CommandLine, ASwitchDoesNotSwallowTheJobFile) {
  const std::vector<std::string> args = {"--dry-run", "jobs/demo"};
  EXPECT_EQ(parse_command_line(args).job_file, "jobs/demo");
}

TEST(CommandLine, RefusesASecondJobFileAndAMissingValue) {
  EXPECT_THAT(
      [] {
        parsed("", {"a.cfg", "b.cfg"});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("a.cfg"), HasSubstr("b.cfg"))));
  EXPECT_THAT([] { parsed("", {"--rounds"}); }, ThrowsMessage<UsageError>(HasSubstr("rounds")));
  const std::vector<std::string> help = {"--help"};
  EXPECT_TRUE(parse_command_line(help).help);
}

TEST(Resolve, TheCommandLineWins) {
  const Configuration c = configured("rounds = 3\nlr = 0.5\nbenchmark = a\nbenchmark = b\n",
                                     {"--rounds", "4", "--benchmark", "c", "--benchmark", "d"});
  EXPECT_EQ(c.options.rounds, 4);
  EXPECT_EQ(c.options.lr, 0.5);
  EXPECT_THAT(c.options.benchmark, ElementsAre("c", "d"));
  EXPECT_EQ(c.named("lr"), "job.cfg:2: lr");
  EXPECT_EQ(c.named("rounds"), "--rounds");
  EXPECT_EQ(c.named("seed"), "--seed");
}

TEST(Resolve, OtherAlgorithmsTurnTheTermsOfTheMethodOff) {
  EXPECT_TRUE(parsed("").dfc);
  for (const std::string algorithm : {"fedavg", "local", "centralized"}) {
    const Options o = parsed("algorithm = " + algorithm);
    EXPECT_FALSE(o.dfc || o.contrastive || o.hard_negatives || o.public_classes) << algorithm;
    // What is set stays, wherever it was set.
    const Options set = parsed("dfc = true\nalgorithm = " + algorithm, {"--contrastive"});
    EXPECT_TRUE(set.dfc && set.contrastive) << algorithm;
    EXPECT_FALSE(set.hard_negatives || set.public_classes) << algorithm;
  }
  EXPECT_EQ(parsed("algorithm = fedavg").local_epochs, 10);
  EXPECT_EQ(parsed("algorithm = centralized").local_epochs, 1);
  EXPECT_FALSE(parsed("algorithm = centralized").adaptive_epochs);
  EXPECT_TRUE(parsed("algorithm = fedavg", {"--algorithm", "fedfr"}).dfc) << "only the final choice counts";
}

TEST(Resolve, AMarginImpliesThePapersScaleAndForm) {
  EXPECT_EQ(parsed("").margin_scale, 30);
  EXPECT_EQ(parsed("margin = arcface").margin_value, 0.5);
  EXPECT_EQ(parsed("margin = arcface").margin_form, "plain");
  for (const std::string margin : {"arcface", "combined", "adaface", "magface"})
    EXPECT_EQ(parsed("margin = " + margin).margin_scale, 64) << margin;
  EXPECT_EQ(parsed("margin = magface").margin_form, "easy");
  EXPECT_EQ(parsed("margin = magface\nmargin-form = guarded", {"--margin-scale", "20"}).margin_form,
            "guarded");
}

TEST(Resolve, ReferenceSemanticsImplyTheReleasedProgramsChoices) {
  const Options o = parsed("", {"--reference-semantics"});
  EXPECT_EQ(o.incomplete_batch, "drop");
  EXPECT_EQ(o.cohort_stream, "released");
  EXPECT_FALSE(o.share_public_centres);
  EXPECT_EQ(parsed("reference-semantics = true\nincomplete-batch = keep").incomplete_batch, "keep");
}

TEST(JobFile, PathsAreWhatAShellWouldMakeOfThem) {
  ::setenv("FEDFR_TEST_SCRATCH", "/scratch/me", 1);
  ::setenv("HOME", "/users/me", 1);
  ::unsetenv("FEDFR_TEST_UNSET");
  const std::pair<std::string, std::string> cases[] = {
      {"output = $FEDFR_TEST_SCRATCH/runs/", "/scratch/me/runs"},
      {"output = ${FEDFR_TEST_SCRATCH}/./runs//a", "/scratch/me/runs/a"},
      {"output = ~/runs", "/users/me/runs"},
      {"output = \"~/runs\"", "~/runs"},
      {"output = \"$FEDFR_TEST_SCRATCH/a #1\"", "/scratch/me/a #1"},
      {"output = '$FEDFR_TEST_SCRATCH/a'", "$FEDFR_TEST_SCRATCH/a"},
      {"output = a$$b", "a$b"},
      {"output = runs/a b/", "runs/a b"},
      {"\xef\xbb\xbf"
       "output = runs/a\r\n",
       "runs/a"},
  };
  for (const auto& [line, path] : cases) EXPECT_EQ(parsed(line).output.string(), path) << line;
  EXPECT_THAT(parsed("benchmark = ~/a/\nbenchmark = $FEDFR_TEST_SCRATCH").benchmark,
              ElementsAre("/users/me/a", "/scratch/me"));
  EXPECT_THAT(
      [] { parsed("rounds = 3\nclients = $FEDFR_TEST_UNSET/x"); },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("job.cfg:2: "), HasSubstr("$FEDFR_TEST_UNSET is not set"))));
}

TEST(CommandLine, PathsAreTidyAndOnlyTheTildeBehindEqualsIsExpanded) {
  ::setenv("HOME", "/users/me", 1);
  const Options o = parsed("", {"--output=~/runs/", "--clients", "parts/clients/", "--benchmark", "P/pairs/",
                                "--init", "$HOME/w", "--public", "~/p"});
  EXPECT_EQ(o.output, "/users/me/runs");
  EXPECT_EQ(o.clients.string(), "parts/clients");
  EXPECT_EQ(o.benchmark.front().filename(), "pairs");
  EXPECT_EQ(o.init, "$HOME/w") << "a shell leaves it only where it is meant";
  EXPECT_EQ(o.public_set, "~/p");
}

TEST(CommandLine, WordsAndSwitchesOfACommandOfItsOwn) {
  const std::vector<std::string> args = {
      "--mirror-embedding", "run", "--fars", "0.1", "data", "--dfc", "off"};
  const Words words = parse_words(args);
  EXPECT_THAT(words.bare, ElementsAre("run", "data"));
  EXPECT_EQ(words.settings.size(), 3U);
}

TEST(Record, ParsesToEqualOptions) {
  Options o =
      parsed("algorithm = local\ndfc = true\noutput = runs/a b\nbenchmark = x\nbenchmark = y\nfars = 0.3");
  o.lr = 0.1 + 0.2;  // no short decimal
  o.weight_decay = 1.0 / 3;
  o.seed = 4294967295U;
  for (const std::string path : {"data/with = sign", "a #b", "#a", "$HOME/x", "~", "~/x", "say \"x\"", "\"x",
                                 "'x'", " x ", "a\tb", "\xe9t\xe9", "$$"}) {
    o.clients = path;
    o.init = path;
    EXPECT_EQ(parsed(record(o)), o) << path;
  }
  EXPECT_EQ(parsed(record(o)), o);
  EXPECT_EQ(parsed(record(Options{})), Options{});
}

TEST(Record, ChangedSettingsLeaveOutDefaultsAndPresets) {
  EXPECT_THAT(changed_settings(Options{}), IsEmpty());
  EXPECT_THAT(changed_settings(parsed("algorithm = fedavg\nrounds = 3\nbenchmark = x\nbenchmark = y")),
              ElementsAre("algorithm = fedavg", "rounds = 3", "benchmark = x", "benchmark = y"));
}

TEST(ConfigHash, CoversWhatDecidesTheResults) {
  const std::string hash = config_hash(Options{});
  EXPECT_EQ(hash.size(), 16U);
  EXPECT_EQ(config_hash(parsed("output = x\nthreads = 3\nlog-level = debug\nrounds = 99\npictures = false")),
            hash);
  EXPECT_NE(config_hash(parsed("lr = 0.002")), hash);
  EXPECT_NE(config_hash(parsed("seed = 101")), hash);
  EXPECT_EQ(config_hash(parsed("benchmark = x\nclients = /a/b\npublic = p/\ninit = w")), hash)
      << "which data they are is told by fingerprints";
}

TEST(Validate, SaysWhatToDo) {
  const std::string complete = "output = o\nclients = c\npublic = p\n";
  EXPECT_NO_THROW(validate(configured(complete)));
  const std::pair<std::string, std::string> cases[] = {
      {"clients = c\npublic = p", "--output"},
      {"output = o\npublic = p", "--clients"},
      {"output = o\nclients = c", "--public"},
      {"output = o\nclients = c\npublic-classes = false\nhard-negatives = true", "job.cfg:4: hard-negatives"},
      {"output = o\nalgorithm = centralized", "--public"},
      {"output = o\nalgorithm = centralized\npublic = p\ncentralized-data = all", "--clients"},
      {complete + "public-classes = false", "needs public-classes = true"},
      {complete + "margin-weight = 0\ndfc = false", "job.cfg:4: margin-weight"},
      {complete + "magface-lowest-norm = 110", "above magface-lowest-norm = 110"},
      {complete + "magface-highest-margin = 0.4", "job.cfg:4: magface-highest-margin = 0.4"},
      {complete + "lr-rounds = 5", "lr-round-step"},
      {complete + "lr-warmup = 1", "not for lr-schedule = step"},
      {complete + "lr-schedule = cosine\nlr-warmup = 10", "set lr-rounds"},
      {complete + "lr-schedule = cosine\nlr-lowest = 1", "lr-lowest = 1 is above lr = 0.001"},
  };
  for (const auto& [job_file, expected] : cases)
    EXPECT_THAT([&text = job_file] { validate(configured(text)); },
                ThrowsMessage<UsageError>(HasSubstr(expected)))
        << job_file;
  EXPECT_NO_THROW(validate(configured(complete + "lr-schedule = cosine\nlr-warmup = 10\nlr-rounds = 5")));
  EXPECT_NO_THROW(validate(configured("output = o\nclients = c\nalgorithm = fedavg")));
  EXPECT_NO_THROW(validate(configured("output = o\npublic = p\nalgorithm = centralized")));
}

TEST(CheckFiles, RefusesMissingOnesByLine) {
  const test::TempFolder folder;
  const auto dataset = folder / "set";
  make_folder(dataset);
  const std::string key = "\nclients = " + dataset.string();
  EXPECT_THAT([&] { check_files(configured("\nclients = nowhere/set")); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("job.cfg:2: clients"), HasSubstr("nowhere/set"))));
  EXPECT_THAT([&] { check_files(configured(key)); }, ThrowsMessage<DataError>(HasSubstr("no dataset.json")));
  replace_file(dataset / "dataset.json", std::string_view("{}"));
  EXPECT_NO_THROW(check_files(configured(key)));
  // Of what cannot be looked at nothing is known.
  std::filesystem::create_directory_symlink("loop", folder / "loop");
  EXPECT_THAT([&] { check_files(configured("\nclients = " + (folder / "loop").string())); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("job.cfg:2: clients"), HasSubstr("Too many levels"))));
  EXPECT_THAT(
      [&] {
        check_files(configured(key, {"--init", "nowhere.fedfr"}));
      },
      ThrowsMessage<DataError>(HasSubstr("--init = nowhere.fedfr: there is no such file")));
}

TEST(Remarks, NameWhatAUserMayNotHaveMeant) {
  Options o;
  EXPECT_THAT(remarks(o), ElementsAre(HasSubstr("--init")));
  o.init = "weights";
  EXPECT_THAT(remarks(o), IsEmpty());
  o.personalised = false;
  EXPECT_THAT(remarks(o), ElementsAre(HasSubstr("nothing will be evaluated")));
}

TEST(Jobs, EveryFileInTheRepositoryIsARunThatCanStart) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FEDFR_JOBS)) {
    const bool is_sweep = entry.path().filename().string().starts_with("sweep-");
    if (entry.path().extension() != ".cfg" || is_sweep) continue;
    ++found;
    const auto settings = parse_job_file(read_text(entry.path()), entry.path().string());
    EXPECT_NO_THROW(validate(resolve(settings, {}))) << entry.path();
  }
  EXPECT_GE(found, 3);
}

}  // namespace
}  // namespace fedfr::run
