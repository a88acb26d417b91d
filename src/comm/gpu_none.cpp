// What a build without CUDA knows about GPUs.
#include "fedfr/comm/gpu.hpp"
#include "fedfr/core/error.hpp"
#include "nccl_factory.hpp"

namespace fedfr::comm {
namespace {

PeerError no_cuda() { return PeerError("this build has no GPU support: configure with FEDFR_CUDA=ON"); }

}  // namespace

int visible_gpus() { return 0; }
std::vector<std::pair<std::string, std::string>> gpu_libraries() { return {}; }
void select_gpu(int) { throw no_cuda(); }
std::string gpu_address() { throw no_cuda(); }
std::string gpu_model() { throw no_cuda(); }
std::unique_ptr<Communicator> make_nccl_communicator(std::unique_ptr<MpiCommunicator>) { throw no_cuda(); }

}  // namespace fedfr::comm
