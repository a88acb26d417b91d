#pragma once
#include <cstdint>
#include <string>

#include "fedfr/core/trace.hpp"

/// Chrome's trace event format (JSON), which Perfetto and chrome://tracing draw: a process is a rank, and
/// each span an event of type X with its beginning and duration in microseconds. The file is
/// `trace_file_head`, what trace_events gives for each rank, separated by commas, and `trace_file_tail`.
namespace fedfr::run {

std::string trace_file_head();

/// The events of one rank and the names of the rank and its threads.
/// @param zero  what times count from, nanoseconds since 1970: the same for all ranks
std::string trace_events(const Trace& trace, int rank, const std::string& host, std::int64_t zero);

/// @param zero  as above
/// @param cut   events of all ranks that are missing
std::string trace_file_tail(std::int64_t zero, std::int64_t cut);

}  // namespace fedfr::run
