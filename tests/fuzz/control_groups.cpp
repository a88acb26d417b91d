// What a container says of its control groups: mountinfo, the groups, and a limit, with a null character
// between.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fedfr/core/processors.hpp"
#include "fedfr/core/text.hpp"
#include "support.hpp"

using namespace fedfr;
namespace fs = std::filesystem;

namespace {

/// A root of a file system in memory.
struct Root {
  Root() {
    fs::create_directories(folder / "proc/self");
    fs::create_directories(folder / "cg/group");
  }
  ~Root() { fs::remove_all(folder); }
  fs::path folder = fs::path("/dev/shm") / ("fedfr_fuzz_groups_" + std::to_string(::getpid()));
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Root root;
  auto rest = fuzz::text_of(data, size);
  for (const char* name : {"proc/self/mountinfo", "proc/self/cgroup", "cg/group/cpu.max",
                           "cg/cpu.cfs_quota_us", "cg/cpu.cfs_period_us"}) {
    std::ofstream(root.folder / name) << next_part(rest, '\0');
  }
  for (const auto& quota : cpu_quotas(root.folder)) fuzz::require(quota.processors > 0, "a quota is above 0");
  return 0;
}
