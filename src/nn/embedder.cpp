#include "fedfr/nn/embedder.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <vector>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/image_input.hpp"

namespace fedfr::nn {

void embed_images(const Backbone& backbone, const ParameterSet& parameters, const ImageReader& read,
                  std::span<const std::int64_t> which, std::span<const std::uint8_t> mirrored,
                  const EmbedOptions& options, const at::Tensor& out) {
  const at::NoGradGuard no_grad;
  const auto& config = backbone.config();
  const auto batch = static_cast<std::size_t>(options.batch);
  const std::size_t image_bytes =
      std::size_t{3} * static_cast<std::size_t>(config.height * config.width_pixels);
  const at::Device device = parameters.flat().device();
  const PrecisionScope scope(options.precision, device);
  std::vector<std::uint8_t> pixels(std::min(batch, which.size()) * image_bytes);
  for (std::size_t begin = 0; begin < which.size(); begin += batch) {
    const std::size_t count = std::min(batch, which.size() - begin);
    const std::span<std::uint8_t> part = std::span(pixels).first(count * image_bytes);
    {
      const Span span("reading images");
      read(which.subspan(begin, count), part);
    }
    const at::Tensor input =
        network_input(part, config.height, config.width_pixels,
                      mirrored.empty() ? mirrored : mirrored.subspan(begin, count), {device, options.format});
    const Span span("forward");
    out.narrow(0, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(count))
        .copy_(backbone.embed(parameters, input));
    sign_of_life();
  }
}

at::Tensor embed_images(const Backbone& backbone, const ParameterSet& parameters, const ImageReader& read,
                        std::span<const std::int64_t> which, std::span<const std::uint8_t> mirrored,
                        const EmbedOptions& options) {
  at::Tensor out = at::empty({std::ssize(which), backbone.config().embedding}, at::kFloat);
  embed_images(backbone, parameters, read, which, mirrored, options, out);
  return out;
}

}  // namespace fedfr::nn
