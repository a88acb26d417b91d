#pragma once
#include <string>
#include <utility>
#include <vector>

namespace fedfr::comm {

/// GPUs that this process may use; 0 without a driver and in a build without CUDA.
int visible_gpus();

/// Names and versions of the driver and the libraries for GPUs; empty in a build without CUDA.
std::vector<std::pair<std::string, std::string>> gpu_libraries();

/// Makes a GPU the calling thread's current one, for NCCL as well as for LibTorch.
/// @throws PeerError if it cannot be used
void select_gpu(int index);

/// The PCI address of the current GPU, the same for every process that uses it.
/// @throws PeerError if there is none
std::string gpu_address();

/// Model and architecture of the current GPU: "NVIDIA H100 80GB HBM3, sm_90".
/// @throws PeerError if there is none
std::string gpu_model();

}  // namespace fedfr::comm
