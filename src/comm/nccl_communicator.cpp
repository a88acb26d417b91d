#include "fedfr/comm/nccl_communicator.hpp"

#include <exception>

#include "chunks.hpp"
#include "deadline.hpp"
#include "fedfr/comm/gpu.hpp"
#include "fedfr/core/error.hpp"
#include "nccl_factory.hpp"

// Sums through NCCL. Its calls only queue work on a stream of the GPU, which no deadline ends: the
// communicator is made nonblocking and polled, and in doubt aborted, since a destroy would wait for peers
// that may be gone.
namespace fedfr::comm {
namespace {

void check_cuda(cudaError_t code, std::string_view doing) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // a sticky error would be reported again by the next innocent call
  throw PeerError("CUDA failed while {}: {}", doing, cudaGetErrorString(code));
}

/// A communicator that does not block answers "in progress" to calls that have been accepted.
void check_nccl(ncclResult_t code, std::string_view doing, ncclComm_t comm = nullptr) {
  if (code == ncclSuccess || code == ncclInProgress) return;
  throw PeerError("NCCL failed while {}: {}: {} (NCCL_DEBUG=INFO tells more)", doing,
                  ncclGetErrorString(code), ncclGetLastError(comm));
}

std::string cuda_version(int number) {
  return number > 0 ? fmt::format("{}.{}", number / 1000, number % 1000 / 10) : "none";
}

std::string nccl_version() {
  int version = 0;
  ncclGetVersion(&version);
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> gpu_libraries() {
  int runtime = 0;
  int driver = 0;
  cudaRuntimeGetVersion(&runtime);
  cudaDriverGetVersion(&driver);
  return {{"NCCL", nccl_version()},
          {"CUDA", cuda_version(runtime)},
          {"a driver for CUDA up to", cuda_version(driver)}};
}

int visible_gpus() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  cudaGetLastError();
  return 0;
}

void select_gpu(int index) { check_cuda(cudaSetDevice(index), fmt::format("selecting GPU {}", index)); }

std::string gpu_address() {
  int device = 0;
  check_cuda(cudaGetDevice(&device), "asking for the current GPU");
  std::string address(32, '\0');
  check_cuda(cudaDeviceGetPCIBusId(address.data(), static_cast<int>(address.size()), device),
             "asking for a GPU's PCI address");
  return address.substr(0, address.find('\0'));
}

std::string gpu_model() {
  int device = 0;
  check_cuda(cudaGetDevice(&device), "asking for the current GPU");
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, device), "asking for a GPU's properties");
  return fmt::format("{}, sm_{}{}", properties.name, properties.major, properties.minor);
}

std::unique_ptr<Communicator> make_nccl_communicator(std::unique_ptr<MpiCommunicator> mpi) {
  return std::make_unique<NcclCommunicator>(std::move(mpi));
}

void NcclCommunicator::CloseComm::operator()(ncclComm_t comm) const noexcept {
  // Peers do not come to an orderly end after an error here.
  if (std::uncaught_exceptions() > 0)
    ncclCommAbort(comm);
  else
    ncclCommDestroy(comm);
}

NcclCommunicator::NcclCommunicator(std::unique_ptr<MpiCommunicator> mpi) : mpi_(std::move(mpi)) {
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a stream");
  stream_.reset(stream);
  void* buffer = nullptr;
  check_cuda(cudaMalloc(&buffer, kChunkBytes), "allocating the buffer of sums");
  buffer_.reset(static_cast<std::int64_t*>(buffer));

  ncclUniqueId id{};
  if (rank() == 0) check_nccl(ncclGetUniqueId(&id), "creating the id of the group");
  mpi_->broadcast(std::as_writable_bytes(std::span(&id, 1)), 0);
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  ncclComm_t comm = nullptr;
  check_nccl(ncclCommInitRankConfig(&comm, size(), id, rank(), &config), "joining the group");
  comm_.reset(comm);
  wait("joining the group", [this] { return idle(); });
}

std::string NcclCommunicator::description() const {
  return fmt::format("NCCL {} for sums, {} for the rest", nccl_version(), mpi_->library());
}

void NcclCommunicator::allreduce_sum(std::span<std::int64_t> values) {
  // Names a rank that does not come, and keeps the GPU free while others still compute.
  mpi_->await_all_for_sum(values);
  in_chunks(values, [this](std::span<std::int64_t> piece) { reduce(piece); });
}

void NcclCommunicator::reduce(std::span<std::int64_t> piece) {
  constexpr std::string_view kDoing = "summing over the ranks";
  check_cuda(
      cudaMemcpyAsync(buffer_.get(), piece.data(), piece.size_bytes(), cudaMemcpyHostToDevice, stream_.get()),
      "copying to the GPU");
  check_nccl(ncclAllReduce(buffer_.get(), buffer_.get(), piece.size(), ncclInt64, ncclSum, comm_.get(),
                           stream_.get()),
             kDoing, comm_.get());
  // Two waits: until the call is accepted, as a nonblocking group may answer that late, and only then does
  // the stream hold what the second one waits for.
  wait(kDoing, [this] { return idle(); });
  wait(kDoing, [this] {
    idle();
    const cudaError_t state = cudaStreamQuery(stream_.get());
    if (state == cudaErrorNotReady) return false;
    check_cuda(state, kDoing);
    return true;
  });
  // Only now: a copy to ordinary memory blocks, and would wait for a peer without a deadline.
  check_cuda(
      cudaMemcpyAsync(piece.data(), buffer_.get(), piece.size_bytes(), cudaMemcpyDeviceToHost, stream_.get()),
      "copying from the GPU");
  check_cuda(cudaStreamSynchronize(stream_.get()), "copying from the GPU");
}

bool NcclCommunicator::idle() {
  ncclResult_t state = ncclSuccess;
  check_nccl(ncclCommGetAsyncError(comm_.get(), &state), "asking for the state of the group", comm_.get());
  check_nccl(state, "talking to the other ranks", comm_.get());
  return state == ncclSuccess;
}

void NcclCommunicator::wait(std::string_view doing, const std::function<bool()>& done) {
  // Here and not by the destructor: by then somebody may have caught the error, and an orderly destroy would
  // wait for the peer that hangs.
  if (poll(mpi_->deadline_seconds(), Pace::eager, done)) return;
  ncclCommAbort(comm_.release());
  throw PeerError(
      "{} was stuck for {:g} s while {} through NCCL, although every rank had come: one has hung since",
      mpi_->rank_name(rank()), mpi_->deadline_seconds(), doing);
}

}  // namespace fedfr::comm
