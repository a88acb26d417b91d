#include "fedfr/core/system.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <system_error>

// strerror(3) is not safe with threads; the standard library's category has the same words and is.
namespace fedfr {

std::string system_reason(int error_number) { return std::generic_category().message(error_number); }

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace fedfr
