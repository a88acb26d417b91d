#include "device.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/core/version.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "fedfr/nn/precision.hpp"
#include "fedfr/run/experiment.hpp"

// Where and how this rank computes: device, threads, exact kernels; and what of it the bits depend on, which
// is put on record so that a continued or repeated run can be compared.
namespace fedfr::app {

namespace {

/// As Linux names it on x86; processors of one instruction set may still differ in the kernels chosen for
/// them.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(": ") + 2));
  return "unknown";
}

}  // namespace

at::Device choose_device(const run::Options& options, const comm::Topology& topology) {
  const auto gpu = topology.gpu();
  if (options.device == "cpu" || (options.device == "auto" && !gpu)) return at::kCPU;
  if (!gpu)
    throw UsageError(
        "--device cuda: no GPU is visible on {}; use --device cpu, or a build with CUDA on a host with a "
        "GPU driver",
        topology.host);
  comm::select_gpu(*gpu);
  const at::Device device(at::kCUDA, static_cast<at::DeviceIndex>(*gpu));
  nn::leave_default_stream(device);
  return device;
}

int threads_of(const run::Options& options, const comm::Topology& topology) {
  return options.threads > 0 ? options.threads : topology.threads_per_rank;
}

void set_numerics(const run::Options& options, const comm::Topology& topology) {
  const int threads = threads_of(options, topology);
  check_threads(threads, "--threads");
  // OpenMP would end the process with a text of its own.
  check_threads_start(threads);
  at::set_num_threads(threads);
  nn::use_exact_kernels(options.allow_tf32);
}

run::Numerics numerics(const run::Options& options, at::Device device) {
  const bool channels_last = run::memory_format(options, device) == at::MemoryFormat::ChannelsLast;
  run::Numerics numerics{{"device", device.is_cpu() ? "cpu" : comm::gpu_model()},
                         {"processor", processor()},
                         {"instructions", at::get_cpu_capability()},
                         {"threads", std::to_string(at::get_num_threads())},
                         {"precision", options.precision},
                         {"memory-format", channels_last ? "channels-last" : "contiguous"},
                         {"allow-tf32", options.allow_tf32 ? "true" : "false"},
                         {"torch", torch_version()},
                         {"onednn", at::get_mkldnn_version()},
                         {"mkl", at::get_mkl_version()},
                         {"fedfr", std::string(version())},
                         {"commit", std::string(commit())}};
  if (device.is_cuda()) {
    numerics["cuda"] = std::to_string(at::detail::getCUDAHooks().versionCUDART());
    numerics["cudnn"] = std::to_string(at::detail::getCUDAHooks().versionRuntimeCuDNN());
  }
  return numerics;
}

std::string describe(at::Device device) { return device.is_cpu() ? "cpu" : "GPU " + comm::gpu_address(); }

std::string torch_version() { return TORCH_VERSION; }

}  // namespace fedfr::app
