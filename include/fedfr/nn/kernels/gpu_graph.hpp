#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace fedfr::nn {

/// Work that is the same each time, launched as a whole: a GPU is done with the kernels of a small batch
/// sooner than a processor can launch them one by one (CUDA graphs). Without CUDA there is none to make.
class GpuGraph {
 public:
  GpuGraph();
  GpuGraph(const GpuGraph&) = delete;
  GpuGraph& operator=(const GpuGraph&) = delete;
  ~GpuGraph();

  static bool possible(at::Device device) { return device.is_cuda(); }

  /// Notes what `work` launches, without doing it, in place of what was noted before. It has to have been
  /// done once on this thread, so that libraries have made what they need; may not wait for the GPU; and
  /// reads and writes, at each launch, the memory that it does now.
  /// @throws what `work` throws
  void record(const std::function<void()>& work);

  void launch();  ///< returns before the GPU is done

 private:
  struct Recorded;
  std::unique_ptr<Recorded> recorded_;
};

/// From now on this thread launches its work to a stream that can be recorded; the default one can not.
void leave_default_stream(at::Device gpu);

}  // namespace fedfr::nn
