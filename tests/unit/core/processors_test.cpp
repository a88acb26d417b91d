#include "fedfr/core/processors.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "fedfr/core/error.hpp"
#include "fedfr/core/parallel.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::test {
namespace {

/// A made-up system: what a process sees in /proc and /sys/fs/cgroup.
class Tree {
 public:
  void write(const std::string& file, const std::string& text) const {
    const auto path = folder_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  }
  void mounts(const std::string& lines) const { write("proc/self/mountinfo", lines); }
  void groups(const std::string& lines) const { write("proc/self/cgroup", lines); }
  void v1(const std::string& folder, long quota, long period = 100000) const {
    write(folder + "/cpu.cfs_quota_us", std::to_string(quota));
    write(folder + "/cpu.cfs_period_us", std::to_string(period));
  }
  /// The quotas of the process, from its own group upwards.
  std::vector<double> quotas() const {
    std::vector<double> processors;
    for (const auto& quota : cpu_quotas(folder_.path())) processors.push_back(quota.processors);
    return processors;
  }

 private:
  TempFolder folder_;
};

using Quotas = std::vector<double>;
const std::string v2_mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
const std::string v1_mount =
    "33 25 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct";

TEST(CpuQuotas, AreNoneWhereNothingIsLimitedOrThereAreNoFiles) {
  const Tree tree;
  EXPECT_EQ(tree.quotas(), Quotas{});
  tree.mounts(v2_mount);
  EXPECT_EQ(tree.quotas(), Quotas{});
  tree.groups("0::/user.slice");
  tree.write("sys/fs/cgroup/user.slice/cpu.max", "max 100000");
  EXPECT_EQ(tree.quotas(), Quotas{});
  tree.write("sys/fs/cgroup/user.slice/cpu.max", "nonsense");
  EXPECT_EQ(tree.quotas(), Quotas{});
  tree.write("sys/fs/cgroup/user.slice/cpu.max", "");
  EXPECT_EQ(tree.quotas(), Quotas{});
}

TEST(CpuQuotas, OfVersion2AreThoseOfAllGroupsAround) {
  const Tree tree;
  tree.mounts(v2_mount);
  tree.groups("0::/system.slice/job.scope/task");
  tree.write("sys/fs/cgroup/system.slice/cpu.max", "400000 100000");
  tree.write("sys/fs/cgroup/system.slice/job.scope/cpu.max", "75000 50000");
  tree.write("sys/fs/cgroup/system.slice/job.scope/task/cpu.max", "max 100000");
  tree.write("sys/fs/cgroup/system.slice/other/cpu.max", "10000 100000");
  EXPECT_EQ(tree.quotas(), (Quotas{1.5, 4}));
}

TEST(CpuQuotas, OfVersion1) {
  const Tree tree;
  tree.mounts(v1_mount);
  tree.groups("9:name=systemd:/\n4:cpu,cpuacct:/docker/abc\n2:cpuset:/docker/other");
  tree.v1("sys/fs/cgroup/cpu,cpuacct", -1);
  tree.v1("sys/fs/cgroup/cpu,cpuacct/docker", 300000);
  tree.v1("sys/fs/cgroup/cpu,cpuacct/docker/abc", 25000, 10000);
  EXPECT_EQ(tree.quotas(), (Quotas{2.5, 3}));
}

TEST(CpuQuotas, OfAHybridAreFoundInTheTreeThatHasTheController) {
  const Tree tree;
  tree.mounts(v1_mount + "\n42 25 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n" +
              "34 25 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset");
  tree.groups("4:cpu,cpuacct:/a\n3:cpuset:/b\n0::/c");
  tree.v1("sys/fs/cgroup/cpu,cpuacct/a", 200000);
  tree.v1("sys/fs/cgroup/cpuset/b", 100000);
  tree.write("sys/fs/cgroup/unified/c/cgroup.procs", "1");
  EXPECT_EQ(tree.quotas(), Quotas{2});
}

TEST(CpuQuotas, InAContainerThatSeesTheHostsPathOrOnlyItsOwnGroup) {
  const Tree tree;
  // The mount's root is the container's group, which the process calls by the path of the host.
  tree.mounts("40 30 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup ro");
  tree.groups("0::/docker/abc/worker");
  tree.write("sys/fs/cgroup/cpu.max", "150000 100000");
  tree.write("sys/fs/cgroup/worker/cpu.max", "50000 100000");
  EXPECT_EQ(tree.quotas(), (Quotas{0.5, 1.5}));
  // A namespace of its own: the path is short.
  tree.mounts(v2_mount);
  tree.groups("0::/");
  EXPECT_EQ(tree.quotas(), Quotas{1.5});
  // Groups that lie outside of what is seen, by a namespace or by a mount of something else.
  for (const char* outside : {"0::/../../other", "0::/kubepods/gone", "0::"}) {
    tree.groups(outside);
    EXPECT_EQ(tree.quotas(), Quotas{1.5}) << outside;
  }
  tree.mounts("40 30 0:26 /../.. /sys/fs/cgroup ro - cgroup2 cgroup ro");
  tree.groups("0::/");
  EXPECT_EQ(tree.quotas(), Quotas{1.5});
  // /docker/abcd is no part of /docker/abc.
  tree.mounts("40 30 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup ro");
  tree.groups("0::/docker/abcd");
  EXPECT_EQ(tree.quotas(), Quotas{1.5});
}

TEST(CpuQuotas, OfAFolderWithABlankAndMountedTwice) {
  const Tree tree;
  tree.mounts(
      "30 23 0:26 / /my\\040groups rw - cgroup2 cgroup2 rw\n30 23 0:26 / /my\\040groups rw - cgroup2 cgroup2 "
      "rw");
  tree.groups("0::/a");
  tree.write("my groups/a/cpu.max", "100000");
  EXPECT_EQ(tree.quotas(), Quotas{1});
}

TEST(Processors, AreThoseOfTheAffinity) {
  cpu_set_t set;
  CPU_ZERO(&set);
  ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  const auto processors = allowed_processors();
  EXPECT_EQ(static_cast<int>(processors.size()), CPU_COUNT(&set));
  for (const int cpu : processors) EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(cpu), &set));
  EXPECT_GE(usable_processors(), 1);
  EXPECT_LE(usable_processors(), CPU_COUNT(&set));
}

TEST(Threads, FarMoreThanMakesSenseAreRefused) {
  EXPECT_NO_THROW(check_threads(1, "--threads"));
  EXPECT_NO_THROW(check_threads(64, "--threads"));  // to repeat what a larger machine did
  for (const int threads : {-1, 0, 100000}) EXPECT_THROW(check_threads(threads, "--threads"), UsageError);
  try {
    check_threads(100000, "--threads");
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("--threads is 100000: this process can keep"), std::string::npos)
        << error.what();
  }
}

/// The exit code of `work` as a user who may have only few threads: 0, or that of the error it throws.
template <class Work>
int as_limited_user(const Work& work) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit few{1, 1};
    // Root has no such limit.
    if (setrlimit(RLIMIT_NPROC, &few) != 0 || setuid(65533) != 0) _exit(77);
    try {
      work();
    } catch (const Error& error) {
      const bool clear = std::string(error.what()).find("ulimit -u") != std::string::npos;
      _exit(clear ? static_cast<int>(error.code()) : 1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(Threads, ThatTheSystemRefusesAreAClearError) {
  if (getuid() != 0) GTEST_SKIP() << "needs root, who can become a user without a process";
  const int peer = static_cast<int>(ExitCode::peer);
  EXPECT_EQ(as_limited_user([] { check_threads_start(1); }), 0);
  EXPECT_EQ(as_limited_user([] { check_threads_start(8); }), peer);
  EXPECT_EQ(as_limited_user([] { parallel_for(100, 8, [](std::size_t) {}); }), peer);
}

TEST(Threads, ThatStartAreEndedAgain) {
  const auto threads_now = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
  };
  const auto before = threads_now();
  check_threads_start(32);
  EXPECT_EQ(threads_now(), before);
}

}  // namespace
}  // namespace fedfr::test
