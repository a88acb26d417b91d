#include "fedfr/core/freed_memory.hpp"

#include <malloc.h>

#include <limits>

namespace fedfr {

void keep_freed_memory() {
#ifdef M_TRIM_THRESHOLD
  constexpr int largest_mmap_threshold = 32 << 20;  // what mallopt(3) allows on 64-bit systems
  mallopt(M_MMAP_THRESHOLD, largest_mmap_threshold);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

}  // namespace fedfr
