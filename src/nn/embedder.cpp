#include "fedfr/nn/embedder.hpp"

#include <ATen/core/grad_mode.h>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/image_input.hpp"

namespace fedfr::nn {

void embed_batches(const Backbone& backbone, const ParameterSet& parameters, const BatchSource& next,
                   const EmbedOptions& options, const at::Tensor& out) {
  const at::NoGradGuard no_grad;
  const auto& config = backbone.config();
  const at::Device device = parameters.flat().device();
  const PrecisionScope scope(options.precision, device);
  std::int64_t done = 0;
  for (PixelBatch batch = next(); !batch.pixels.empty(); batch = next()) {
    const at::Tensor input = network_input(batch.pixels, config.height, config.width_pixels, batch.mirrored,
                                           {device, options.format});
    const Span span("forward");
    out.narrow(0, done, input.size(0)).copy_(backbone.embed(parameters, input));
    done += input.size(0);
    sign_of_life();
  }
}

}  // namespace fedfr::nn
