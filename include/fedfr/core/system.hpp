#pragma once
#include <cerrno>
#include <string>

namespace fedfr {

/// What the system says about a failed call, in the words of strerror(3): "No space left on device". By
/// default of the last call; where anything is done between that call and this one, keep its number.
std::string system_reason(int error_number = errno);

/// The name of this machine in full (gethostname(2)), "unknown" where it has none.
std::string host_name();

}  // namespace fedfr
