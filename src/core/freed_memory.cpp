#include "fedfr/core/freed_memory.hpp"

#include <malloc.h>

#include <limits>

namespace fedfr {

void keep_freed_memory() {
#ifdef M_TRIM_THRESHOLD
  mallopt(M_MMAP_MAX, 0);  // mapped blocks go back to the system whatever their size
  // The top of the heap is never given back either.
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

}  // namespace fedfr
