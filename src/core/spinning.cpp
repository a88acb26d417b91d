#include "fedfr/core/spinning.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>
#include <thread>

#include "fedfr/core/processors.hpp"

// OpenMP knows no call that says how long a waiting thread spins; there are only variables, one a library,
// read when it is loaded. So this sets the environment for a program that is started afterwards, and never
// overrules a user who has set any of them.
namespace fedfr {

namespace {

struct Setting {
  const char* variable;
  const char* value;
};
// The library of GCC, which comes with LibTorch, counts looks, of 15 to 60 ns each; the one of LLVM and
// Intel, which other builds of LibTorch use, milliseconds.
constexpr Setting ours[] = {{"GOMP_SPINCOUNT", "1000"}, {"KMP_BLOCKTIME", "1"}};
constexpr const char* standard = "OMP_WAIT_POLICY";  // of OpenMP: active or passive

/// Threads of the whole machine that run or wait for a processor only; 0 where the system does not tell. The
/// least of some looks, since many run for a moment only.
int running_threads() {
  constexpr int looks = 5;
  int least = std::numeric_limits<int>::max();
  for (int look = 0; look < looks; ++look) {
    if (look > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::ifstream loads("/proc/loadavg");  // proc(5): three averages, then RUNNING/ALL
    double average = 0;
    int now = 0;
    if (!(loads >> average >> average >> average >> now)) return 0;
    least = std::min(least, now);
  }
  return least;
}

int local_ranks() {
  const char* told = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  int ranks = 1;
  if (told != nullptr) std::from_chars(told, told + std::strlen(told), ranks);
  return std::max(1, ranks);
}

}  // namespace

ProcessorUse processor_use() {
  const auto allowed = static_cast<int>(allowed_processors().size());
  ProcessorUse use{.online = std::max(allowed, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN))),
                   .allowed = allowed,
                   .usable = usable_processor_time(),
                   .ranks = local_ranks(),
                   .running_others = 0};
  // All ranks of the job start in the same moment, and this one counts itself.
  use.running_others = std::max(0, running_threads() - use.ranks);
  return use;
}

bool is_shared(const ProcessorUse& use) {
  return use.usable < use.allowed || use.ranks > use.allowed || use.running_others + use.allowed > use.online;
}

namespace {

bool user_has_decided() {
  return std::getenv(standard) != nullptr ||
         std::ranges::any_of(ours, [](const Setting& s) { return std::getenv(s.variable) != nullptr; });
}

}  // namespace

bool limit_spinning() {
  if (user_has_decided()) return false;
  for (const auto& [variable, value] : ours) setenv(variable, value, /*overwrite=*/0);
  return true;
}

bool limit_spinning_if_shared() {
  // In this order: looking at the processors takes some milliseconds.
  return !user_has_decided() && is_shared(processor_use()) && limit_spinning();
}

std::string describe_spinning() {
  std::string settings;
  bool all_ours = true;
  for (const char* variable : {standard, ours[0].variable, ours[1].variable}) {
    const char* value = std::getenv(variable);
    if (value != nullptr) settings += fmt::format("{}{}={}", settings.empty() ? "" : " ", variable, value);
  }
  for (const auto& [variable, value] : ours) {
    const char* set = std::getenv(variable);
    all_ours = all_ours && set != nullptr && std::string_view(set) == value;
  }
  if (settings.empty()) return "spin for long";
  if (all_ours && std::getenv(standard) == nullptr)
    return fmt::format("spin briefly, then sleep ({})", settings);
  return fmt::format("as the environment says ({})", settings);
}

}  // namespace fedfr
