#include "fedfr/nn/embedder.hpp"

#include <ATen/core/grad_mode.h>

#include <vector>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/image_input.hpp"

// Embeddings of a sequence of batches by a network that is not trained: the parameters are converted once to
// the layout and precision that the kernels take, and no graph of gradients is kept.
namespace fedfr::nn {

namespace {

/// Takes embeddings from the device to the table. A GPU is waited for only now and then, so that it has the
/// next batches before it is done with the last ones.
class Output {
 public:
  explicit Output(const at::Tensor& table) : table_(table) {}

  void add(const at::Tensor& embeddings) {
    waiting_.push_back(embeddings);
    constexpr std::size_t most_waiting = 16;
    if (embeddings.is_cpu() || waiting_.size() == most_waiting) flush();
  }

  void flush() {
    for (const at::Tensor& part : waiting_) {
      table_.narrow(0, done_, part.size(0)).copy_(part);
      done_ += part.size(0);
    }
    waiting_.clear();
  }

 private:
  at::Tensor table_;
  std::vector<at::Tensor> waiting_;
  std::int64_t done_ = 0;
};

}  // namespace

void embed_batches(const Backbone& backbone, const ParameterSet& parameters, const BatchSource& next,
                   const EmbedOptions& options, const at::Tensor& out) {
  const at::NoGradGuard no_grad;
  const auto& config = backbone.config();
  const at::Device device = parameters.device();
  const ParameterSet frozen = backbone.frozen(
      parameters, options.format, options.precision == Precision::bf16 ? at::kBFloat16 : at::kFloat);
  const PrecisionScope scope(options.precision, device);
  Output output(out);
  for (PixelBatch batch = next(); !batch.pixels.empty(); batch = next()) {
    const at::Tensor input = network_input(batch.pixels, config.height, config.width_pixels, batch.mirrored,
                                           {device, options.format});
    const Span span("forward");
    output.add(backbone.embed(frozen, input));
    sign_of_life();
  }
  output.flush();
}

}  // namespace fedfr::nn
