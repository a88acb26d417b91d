#pragma once

namespace fedfr {

/// The most memory that this process has held so far, in MB (10^6 bytes); 0 where the system does not say.
/// Source: VmHWM of /proc/self/status (proc(5)).
double peak_memory_mb();

}  // namespace fedfr
