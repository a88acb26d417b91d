#include "fedfr/eval/embed.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "fedfr/nn/losses.hpp"

namespace fedfr::eval {

namespace {

nn::ImageReader reader_of(const data::ImageSet& images) {
  return [&images](std::span<const std::int64_t> which, std::span<std::uint8_t> out) {
    images.read(which, out);
  };
}

}  // namespace

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
  const at::Tensor mine = nn::embed_images(backbone, model, reader_of(images),
                                           which.subspan(begin, end - begin), mirrored, options);
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

at::Tensor evaluation_features(const nn::Backbone& backbone, const nn::ParameterSet& model,
                               const data::ImageSet& images, std::span<const std::int64_t> which,
                               bool both_views, const nn::EmbedOptions& options) {
  const auto read = reader_of(images);
  const at::Tensor plain = nn::embed_images(backbone, model, read, which, false, options);
  return evaluation_features(
      plain, both_views ? nn::embed_images(backbone, model, read, which, true, options) : at::Tensor());
}

at::Tensor evaluation_features(comm::Communicator& comm, const nn::Backbone& backbone,
                               const nn::ParameterSet& model, const data::ImageSet& images,
                               std::span<const std::int64_t> which, bool both_views,
                               const nn::EmbedOptions& options) {
  const at::Tensor plain = embed_together(comm, backbone, model, images, which, false, options);
  return evaluation_features(
      plain, both_views ? embed_together(comm, backbone, model, images, which, true, options) : at::Tensor());
}

}  // namespace fedfr::eval
