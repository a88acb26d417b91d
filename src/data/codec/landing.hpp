#pragma once
#include <csetjmp>
#include <cstdio>
#include <string_view>

namespace fedfr::data {

/// Where libjpeg and libpng land when they give up: both are C and must not return from their error callback,
/// which leaves a long jump. What is jumped over must need no destructor, so all that a decoder owns lives
/// outside of `completes`, and the message in a buffer of its own.
struct Landing {
  std::jmp_buf place;
  char message[256] = "";

  [[noreturn]] void give_up(std::string_view why) {
    std::snprintf(message, sizeof message, "%.*s", static_cast<int>(why.size()), why.data());
    std::longjmp(place, 1);  // NOLINT(cert-err52-cpp): see above
  }
};

/// A function of its own: in one that calls setjmp, the compiler keeps no variable in a register.
template <class Work>
[[gnu::noinline]] void call(const Work& work) {
  work();
}

/// Calls `work`; false if it ended by `landing.give_up`.
template <class Work>
bool completes(Landing& landing, const Work& work) {
  if (setjmp(landing.place) != 0) return false;  // NOLINT(cert-err52-cpp)
  call(work);
  return true;
}

}  // namespace fedfr::data
