#include "device.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::app {

at::Device choose_device(const run::Options& options, const comm::Topology& topology) {
  const auto gpu = topology.gpu();
  if (options.device == "cpu" || (options.device == "auto" && !gpu)) return at::kCPU;
  if (!gpu)
    throw UsageError(
        "--device cuda: no GPU is visible on {}; use --device cpu, or a build with CUDA on a host with a "
        "GPU driver",
        topology.host);
  comm::select_gpu(*gpu);
  return {at::kCUDA, static_cast<at::DeviceIndex>(*gpu)};
}

void set_numerics(const run::Options& options, const comm::Topology& topology) {
  at::set_num_threads(options.threads > 0 ? options.threads : topology.threads_per_rank);
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuBLAS(options.allow_tf32);
  context.setAllowTF32CuDNN(options.allow_tf32);
}

std::string describe(at::Device device) { return device.is_cpu() ? "cpu" : "GPU " + comm::gpu_address(); }

std::string torch_version() { return TORCH_VERSION; }

}  // namespace fedfr::app
