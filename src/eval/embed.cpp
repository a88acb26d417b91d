#include "fedfr/eval/embed.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "fedfr/nn/losses.hpp"

namespace fedfr::eval {

at::Tensor embed_alone(const nn::Backbone& backbone, const nn::ParameterSet& model,
                       const data::ImageSet& images, std::span<const std::int64_t> which, bool mirrored,
                       const nn::EmbedOptions& options) {
  const auto read = [&images](std::span<const std::int64_t> wanted, std::span<std::uint8_t> out) {
    images.read(wanted, out);
  };
  return nn::embed_images(backbone, model, read, which, mirrored, options);
}

at::Tensor embed_together(comm::Communicator& comm, const nn::Backbone& backbone,
                          const nn::ParameterSet& model, const data::ImageSet& images,
                          std::span<const std::int64_t> which, bool mirrored,
                          const nn::EmbedOptions& options) {
  const auto batch = static_cast<std::int64_t>(options.batch);
  const std::int64_t batches = (std::ssize(which) + batch - 1) / batch;
  const auto first_of = [&](std::int64_t rank) {
    return std::min(std::ssize(which), batches * rank / comm.size() * batch);
  };
  const auto begin = static_cast<std::size_t>(first_of(comm.rank()));
  const auto end = static_cast<std::size_t>(first_of(comm.rank() + 1));
  const at::Tensor mine =
      embed_alone(backbone, model, images, which.subspan(begin, end - begin), mirrored, options);
  if (comm.size() == 1) return mine;
  at::Tensor all = at::empty({std::ssize(which), backbone.config().embedding}, at::kFloat);
  auto* next = static_cast<std::byte*>(all.data_ptr());
  for (const auto& part :
       comm.allgather_bytes({static_cast<const std::byte*>(mine.const_data_ptr()), mine.nbytes()}))
    next = std::copy(part.begin(), part.end(), next);
  return all;
}

at::Tensor evaluation_features(const at::Tensor& plain, const at::Tensor& mirrored) {
  return nn::unit_rows(mirrored.defined() ? plain + mirrored : plain);
}

}  // namespace fedfr::eval
