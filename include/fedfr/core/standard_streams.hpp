#pragma once
#include <string_view>

namespace fedfr {

/// The first act of every program. Descriptors 0 to 2 that whoever started it had closed would be given to
/// the next files that are opened, and a line for people would land in a checkpoint: they are opened in the
/// direction that nobody uses, so that reading and writing fail as they would have. And a reader that went
/// away (`fedfr train | head`) is an error of a write, no longer the end of the process.
void prepare_standard_streams();

/// A line for people on standard error. Never throws and never fails: there is nobody left to tell.
void complain(std::string_view line) noexcept;

/// The last act of every program: what was printed has really been written.
/// @throws DataError if a part of it is lost: a full disk, a reader that went away, a closed descriptor
void finish_standard_output();

}  // namespace fedfr
