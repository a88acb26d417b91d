#include "fedfr/run/central/central_model.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "fedfr/core/checksum.hpp"

// Class centres come to rank 0 block by block: only who needs them all, to save the model at the end, ever
// holds them all.
namespace fedfr::run {

namespace {

std::span<const std::byte> bytes_of(const at::Tensor& tensor) {
  return std::as_bytes(std::span(tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())));
}

}  // namespace

void for_each_block(const fl::ClassSlices& classes, std::int64_t first, comm::Communicator& comm,
                    const std::function<void(std::int64_t begin, const at::Tensor& centres)>& visit) {
  const at::NoGradGuard no_grad;
  for (std::size_t b = 0; b < classes.blocks().size(); ++b) {
    const auto& block = classes.blocks()[b];
    if (block.begin + block.size <= first) continue;
    at::Tensor centres = at::empty({block.size, classes.dimension()}, at::kFloat);
    const auto mine = std::ranges::find(classes.mine(), b, &fl::ClassSlices::Slice::number);
    if (mine != classes.mine().end()) centres.copy_(mine->centres.detach());
    comm.broadcast(std::as_writable_bytes(
                       std::span(centres.data_ptr<float>(), static_cast<std::size_t>(centres.numel()))),
                   classes.owner(b));
    if (comm.rank() != 0) continue;
    const std::int64_t skipped = std::max<std::int64_t>(first - block.begin, 0);
    visit(block.begin + skipped, centres.narrow(0, skipped, block.size - skipped));
  }
}

std::uint64_t central_hash(const fl::GlobalModel& backbone, const fl::ClassSlices& classes,
                           std::int64_t first, comm::Communicator& comm) {
  std::string names;
  for (const auto& tensor : backbone.tensors()) names += fmt::format("{} {}\n", tensor.name, tensor.size);
  if (const std::int64_t centres = (classes.classes() - first) * classes.dimension(); centres > 0)
    names += fmt::format("{} {}\n", fl::public_centres_tensor, centres);
  Hash64 values;
  values.add(bytes_of(backbone.parameters().flat().cpu()));
  for_each_block(classes, first, comm,
                 [&](std::int64_t, const at::Tensor& centres) { values.add(bytes_of(centres)); });
  const std::uint64_t parts[] = {hash64(std::as_bytes(std::span(names))), values.value()};
  return comm.rank() == 0 ? hash64(std::as_bytes(std::span(parts))) : 0;
}

}  // namespace fedfr::run
