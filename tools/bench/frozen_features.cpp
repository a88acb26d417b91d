#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <numeric>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/nn/embedder.hpp"
#include "kernels.hpp"
#include "measure.hpp"
#include "setting.hpp"

namespace fedfr::bench {

namespace po = boost::program_options;

void run_frozen_features(Words words) {
  Setting setting;
  NetworkSetting network;
  network.batch = 64;
  int batches = 2;
  po::options_description options("options", 110);
  setting.add_to(options);
  network.add_to(options);
  options.add_options()("batches", po::value(&batches)->default_value(batches), "in one repetition");
  if (!tool::parse(words, options, {},
                   "Embeddings of a frozen model from pixels in memory, beside the bare convolutions and "
                   "matrix products of the "
                   "same batches.\n"))
    return;
  setting.apply();
  const auto backbone = nn::Backbone::make({.name = network.backbone,
                                            .width = network.width,
                                            .embedding = network.embedding,
                                            .height = network.size,
                                            .width_pixels = network.size});
  nn::ParameterSet model = backbone->make_parameters();
  model.initialise(1, Purpose::initialise_backbone);
  const nn::EmbedOptions embed{
      .batch = network.batch,
      .precision = network.precision == "bf16" ? nn::Precision::bf16 : nn::Precision::fp32};
  const auto grey = [](std::span<const std::int64_t>, std::span<std::uint8_t> out) {
    std::iota(out.begin(), out.end(), std::uint8_t{0});
  };
  std::vector<std::int64_t> one(static_cast<std::size_t>(network.batch));
  const std::vector<std::int64_t> all(one.size() * static_cast<std::size_t>(batches));
  const auto pass = [&](std::span<const std::int64_t> which) {
    nn::embed_images(*backbone, model, grey, which, /*mirrored=*/true, embed);
  };
  const Kernels kernels([&] { pass(one); });
  const auto timings = measure_in_turn(setting.runs, {[&] { pass(all); },
                                                      [&] {
                                                        for (int i = 0; i < batches; ++i) kernels.repeat();
                                                      }});
  Report report("frozen-features");
  network.describe(report);
  report.setting("threads", setting.threads_used());
  const auto images = static_cast<double>(all.size());
  report.add({.what = "embed",
              .value = images / timings[0].median,
              .unit = "images/s",
              .bound = fmt::format("its {} convolutions and matrix products", kernels.count()),
              .limit = images / timings[1].median});
  setting.publish(report);
}

}  // namespace fedfr::bench
