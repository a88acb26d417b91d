#include "support.hpp"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace fedfr::fuzz {

namespace {

// Of all threads; the readers have one.
std::int64_t held = 0;
std::int64_t peak = 0;

void allocated(const volatile void*, std::size_t bytes) {
  held += static_cast<std::int64_t>(bytes);
  peak = std::max(peak, held);
}

void freed(const volatile void* memory) {
  if (memory != nullptr) held -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(memory));
}

const int installed = __sanitizer_install_malloc_and_free_hooks(allocated, freed);

}  // namespace

void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property violated: %s\n", property);
  std::abort();
}

BoundedMemory::BoundedMemory(std::size_t bytes, std::size_t factor, std::size_t always)
    : most_(held + static_cast<std::int64_t>(bytes * factor + always)) {
  require(installed != 0, "memory can be watched");
  peak = held;
}

BoundedMemory::~BoundedMemory() { require(peak <= most_, "memory is in proportion to the bytes read"); }

}  // namespace fedfr::fuzz
