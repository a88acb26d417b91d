#include "fedfr/core/processors.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/core/parallel.hpp"

// How many threads make sense here is known to the kernel alone, in two places: the affinity mask, and the
// quotas of control groups, in files whose place differs by version and by container. Whatever cannot be read
// is taken for no limit, since then the affinity mask still holds.
namespace fedfr {

namespace fs = std::filesystem;

namespace {

/// A tree of control groups: where it is mounted, and which of its groups is seen there.
struct Mount {
  bool version_2 = false;
  std::string root;    ///< the group that is the top of what is seen
  std::string folder;  ///< where it is seen
};

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

bool has_word(std::string_view commas, std::string_view word) {
  return ("," + std::string(commas) + ",").find("," + std::string(word) + ",") != std::string::npos;
}

/// Blanks in the paths of mountinfo are written as \040.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// Source of the fields: proc_pid_mountinfo(5). "31 23 0:28 ROOT FOLDER OPTIONS [more...] - TYPE SOURCE
/// SUPER_OPTIONS"
std::vector<Mount> control_group_mounts(const fs::path& mountinfo) {
  std::vector<Mount> mounts;
  std::ifstream file(mountinfo);
  for (std::string line; std::getline(file, line);) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream place(line.substr(0, dash)), kind(line.substr(dash + 3));
    std::string skipped, root, folder, type, source, options;
    place >> skipped >> skipped >> skipped >> root >> folder;
    kind >> type >> source >> options;
    if (type == "cgroup2" || (type == "cgroup" && has_word(options, "cpu")))
      mounts.push_back({type == "cgroup2", unescaped(root), unescaped(folder)});
  }
  return mounts;
}

/// Source of the format: cgroups(7). "0::/GROUP" is of version 2, "4:cpu,cpuacct:/GROUP" of version 1.
std::string own_group(const fs::path& groups, bool version_2) {
  std::ifstream file(groups);
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (version_2 ? line.starts_with("0::") : has_word(controllers, "cpu")) return line.substr(second + 1);
  }
  return "/";
}

/// The group's folder below the mount, or the mount itself where the group cannot be seen in it: in a
/// container the path may be that of the host, or, above a namespace's root, begin with "/..".
fs::path folder_of(const std::string& group, const Mount& mount, const fs::path& top) {
  const std::string above = mount.root == "/" ? "" : mount.root;
  if (!group.starts_with(above + "/") || group.find("/..") != std::string::npos) return top;
  const fs::path folder = (top / group.substr(above.size() + 1)).lexically_normal();
  std::error_code ignored;
  return fs::is_directory(folder, ignored) ? folder : top;
}

/// Processors' worth of time by a group's files; none where there is no limit, or no such file.
std::optional<double> limit_in(const fs::path& folder, bool version_2) {
  constexpr std::int64_t usual_period = 100000;  // microseconds, whole ones
  std::istringstream text(version_2 ? first_line(folder / "cpu.max")
                                    : first_line(folder / "cpu.cfs_quota_us") + " " +
                                          first_line(folder / "cpu.cfs_period_us"));
  std::int64_t quota = 0, period = usual_period;
  if (!(text >> quota) || quota <= 0) return std::nullopt;  // "max" and -1: no limit
  if (!(text >> period) || period <= 0) period = usual_period;
  return static_cast<double>(quota) / static_cast<double>(period);
}

}  // namespace

std::vector<CpuQuota> cpu_quotas(const fs::path& root) {
  std::vector<CpuQuota> quotas;
  for (const Mount& mount : control_group_mounts(root / "proc/self/mountinfo")) {
    const fs::path top = (root / fs::path(mount.folder).relative_path()).lexically_normal();
    const std::string group = own_group(root / "proc/self/cgroup", mount.version_2);
    // A group has at most what every group around it has.
    for (fs::path folder = folder_of(group, mount, top);; folder = folder.parent_path()) {
      struct stat status {};
      const auto limit = limit_in(folder, mount.version_2);
      if (limit && ::stat(folder.c_str(), &status) == 0) {
        const CpuQuota quota{*limit, status.st_dev, status.st_ino};
        if (std::ranges::find(quotas, quota) == quotas.end()) quotas.push_back(quota);
      }
      if (folder == top || !folder.has_relative_path()) break;
    }
  }
  return quotas;
}

std::vector<int> allowed_processors() {
  // The kernel refuses a set that is too small for the machine.
  for (int size = CPU_SETSIZE; size <= (1 << 20); size *= 2) {
    std::vector<cpu_set_t> set(static_cast<std::size_t>(size) / CPU_SETSIZE);
    const std::size_t bytes = set.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, set.data()) != 0) continue;
    std::vector<int> processors;
    for (int cpu = 0; cpu < size; ++cpu)
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.data())) processors.push_back(cpu);
    if (!processors.empty()) return processors;
  }
  return {0};
}

double usable_processor_time() {
  auto usable = static_cast<double>(allowed_processors().size());
  for (const CpuQuota& quota : cpu_quotas()) usable = std::min(usable, quota.processors);
  return usable;
}

int usable_processors() { return std::max(1, static_cast<int>(usable_processor_time())); }

void check_threads(int threads, std::string_view option) {
  // Results depend on the number of threads, so that of a larger machine has to be accepted; 100000 is a slip
  // of the keyboard.
  constexpr int most_anywhere = 256, times_processors = 4;
  const int most = std::max(most_anywhere, times_processors * static_cast<int>(allowed_processors().size()));
  if (threads >= 1 && threads <= most) return;
  throw UsageError("{} is {}: this process can keep {} thread(s) busy here, and from 1 to {} are accepted",
                   option, threads, usable_processors(), most);
}

void throw_no_thread(const std::system_error& error) {
  throw PeerError(
      "cannot start a thread: {}. The system limits the processes and threads of a user (ulimit -u) and of a "
      "container or "
      "job (pids.max of its cgroup): have the limit raised, or use fewer --threads",
      error.code().message());
}

void check_threads_start(int threads) {
  // All are held until the last has started, since limits count the threads that exist at once. The list of
  // threads comes after what they use, and so is joined before that goes.
  std::mutex mutex;
  std::condition_variable changed;
  bool may_end = false;
  const auto end_all = [&] {
    const std::lock_guard lock(mutex);
    may_end = true;
    changed.notify_all();
  };
  std::vector<std::jthread> started;
  try {
    for (int i = 1; i < threads; ++i)
      started.push_back(start_thread([&] {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return may_end; });
      }));
  } catch (...) {
    end_all();
    throw;
  }
  end_all();
}

}  // namespace fedfr
