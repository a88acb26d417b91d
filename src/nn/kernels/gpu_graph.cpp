#include "fedfr/nn/kernels/gpu_graph.hpp"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAStream.h>

// CUDA graphs by LibTorch's own class, since its memory has to come from a pool that nothing else uses: a
// launch works on the addresses that were noted.
namespace fedfr::nn {

/// One pool of memory for all that is recorded in turn, since only the last of it is ever launched.
struct GpuGraph::Recorded {
  at::cuda::MempoolId_t pool = at::cuda::graph_pool_handle();
  std::unique_ptr<at::cuda::CUDAGraph> graph;
};

GpuGraph::GpuGraph() : recorded_(std::make_unique<Recorded>()) {}
GpuGraph::~GpuGraph() = default;

void GpuGraph::record(const std::function<void()>& work) {
  auto graph = std::make_unique<at::cuda::CUDAGraph>();
  // Other threads of this process may use CUDA meanwhile.
  graph->capture_begin(recorded_->pool, cudaStreamCaptureModeThreadLocal);
  try {
    work();
  } catch (...) {
    try {
      graph->capture_end();
    } catch (const std::exception&) {  // what has gone wrong in `work` says more
    }
    throw;
  }
  graph->capture_end();
  recorded_->graph = std::move(graph);
}

void GpuGraph::launch() { recorded_->graph->replay(); }

void leave_default_stream(at::Device gpu) {
  if (c10::cuda::getCurrentCUDAStream(gpu.index()) != c10::cuda::getDefaultCUDAStream(gpu.index())) return;
  c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, gpu.index()));
}

}  // namespace fedfr::nn
