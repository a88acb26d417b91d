#include "fedfr/core/memory_use.hpp"

#include <fstream>
#include <limits>
#include <string>

namespace fedfr {

double peak_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;) {
    double kibibytes = 0;
    if (key == "VmHWM:" && status >> kibibytes) return kibibytes * 1024 / 1e6;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace fedfr
