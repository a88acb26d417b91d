// What a build without CUDA does not have.
#include <stdexcept>

#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "prelu_gpu.hpp"

namespace fedfr::nn {

namespace {
[[noreturn]] void no_cuda() { throw std::logic_error("this build has no GPU support"); }
}  // namespace

struct GpuGraph::Recorded {};
GpuGraph::GpuGraph() = default;
GpuGraph::~GpuGraph() = default;
void GpuGraph::record(const std::function<void()>&) { no_cuda(); }
void GpuGraph::launch() { no_cuda(); }
void leave_default_stream(at::Device) { no_cuda(); }

void gpu_prelu(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&) { no_cuda(); }
at::Tensor gpu_prelu_backward(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&) {
  no_cuda();
}

}  // namespace fedfr::nn
