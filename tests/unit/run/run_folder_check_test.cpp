#include "fedfr/run/record/run_folder_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// As far as these checks look.
void make_run(const fs::path& folder) {
  make_folder(folder / "checkpoint");
  replace_file(folder / "config.cfg", std::string(record_title) + "\nrounds = 3\n");
  replace_file(folder / "checkpoint" / "round_0001.ckpt", std::string_view("a model"));
}

Configuration with_output(const fs::path& output) {
  return resolve({}, std::vector<Setting>{{"output", output.string(), "job.cfg:3"}});
}

TEST(CheckOutput, TakesNewEmptyAndOwnFolders) {
  const test::TempFolder folder;
  EXPECT_NO_THROW(check_output(with_output(folder / "new" / "run")));
  make_folder(folder / "empty");
  EXPECT_NO_THROW(check_output(with_output(folder / "empty")));
  make_run(folder / "run");
  make_folder(folder / "run" / "notes");
  EXPECT_NO_THROW(check_output(with_output(folder / "run"))) << "in a run one may keep what one likes";
  for (const char* name :
       {"slurm-12.out", "job.cfg", ".nfs000012", ".DS_Store", "log.txt", "lock", "profile.1.txt"})
    replace_file(folder / "empty" / name, std::string_view("x"));
  EXPECT_NO_THROW(check_output(with_output(folder / "empty"))) << "logs of a job that has not begun";
}

TEST(CheckOutput, RefusesWhatIsNoPlaceForARun) {
  const test::TempFolder folder;
  const auto refused = [&](const fs::path& output, const std::string& why) {
    EXPECT_THAT([&] { check_output(with_output(output)); },
                ThrowsMessage<UsageError>(
                    AllOf(HasSubstr("job.cfg:3: output = " + output.string()), HasSubstr(why))));
  };
  replace_file(folder / "file", std::string_view("x"));
  refused(folder / "file", "is a file");
  refused(folder / "file" / "run", "is a file");
  make_folder(folder / "set" / "sub");
  replace_file(folder / "set" / "dataset.json", std::string_view("{}"));
  refused(folder / "set", "lies in the dataset");
  refused(folder / "set" / "run", "lies in the dataset");
  refused(folder / "set" / "sub" / "a" / "run", "lies in the dataset");
  fs::create_directory_symlink(folder / "set", folder / "link");
  refused(folder / "link" / "run", "lies in the dataset");
  refused(folder.path(), "holds other things (file, link, set)");
  make_folder(folder / "mine");
  replace_file(folder / "mine" / "config.cfg", std::string_view("rounds = 3\n"));
  refused(folder / "mine", "config.cfg, which is something else and would be lost");
  make_folder(folder / "images" / "person");
  refused(folder / "images", "holds other things (person)");
  make_folder(folder / "home" / ".ssh");
  replace_file(folder / "home" / ".bashrc", std::string_view("x"));
  refused(folder / "home", "holds other things (.bashrc, .ssh)");
}

TEST(CheckResult, RefusesWhatPeopleKeep) {
  const test::TempFolder folder;
  make_run(folder / "run");
  replace_file(folder / "run" / "model.safetensors", std::string_view("a model"));
  make_folder(folder / "set");
  replace_file(folder / "set" / "dataset.json", std::string_view("{}"));
  replace_file(folder / "weights", std::string_view("a model"));
  fs::create_symlink(folder / "weights", folder / "link");
  const auto refused = [&](const fs::path& output, const std::string& why) {
    EXPECT_THAT([&] { check_result(output, {folder / "weights"}); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr(output.string()), HasSubstr(why))));
  };
  refused(folder / "weights", "is read, and would be overwritten");
  refused(folder / "link", "is read, and would be overwritten");
  refused(folder / "set" / "dataset.json", "is a part of the dataset");
  for (const char* name :
       {"config.cfg", "model.safetensors", "metrics.jsonl", "lock", "checkpoint/round_0001.ckpt"})
    refused(folder / "run" / name, "belongs to the run");
}

TEST(CheckResult, TakesNewNamesAndOlderResults) {
  const test::TempFolder folder;
  make_run(folder / "run");
  make_folder(folder / "set");
  replace_file(folder / "set" / "dataset.json", std::string_view("{}"));
  replace_file(folder / "run" / "figures.json", std::string_view("{}"));
  replace_file(folder / "run" / "report.html", std::string_view("x"));
  for (const char* name :
       {"run/figures.json", "run/report.html", "run/new.json", "set/sheet.png", "figures.json"})
    EXPECT_NO_THROW(check_result(folder / name, {folder / "run"})) << name;
  EXPECT_NO_THROW(check_result("/dev/null", {folder / "run"}));
}

}  // namespace
}  // namespace fedfr::run
