#pragma once
#include <c10/core/Device.h>
#include <c10/core/Event.h>

#include <cstddef>
#include <deque>

namespace fedfr::nn {

/// Keeps this thread from getting far ahead of a GPU: what the pieces of work launched to it need lies in
/// memory until it is done with them, and a request to stop should find few of them waiting.
class RunAhead {
 public:
  /// @param most  pieces that may be unfinished
  RunAhead(c10::Device device, std::size_t most) : device_(device), most_(most) {}

  /// After each piece of work has been launched. A processor has done it by then.
  void launched();

 private:
  c10::Device device_;
  std::size_t most_;
  std::deque<c10::Event> unfinished_;
};

}  // namespace fedfr::nn
