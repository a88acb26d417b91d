// A project outside fedfr: one thing from the bottom layer, from LibTorch, from MPI, and from the top layer.
#include <array>
#include <cstdio>

#include "fedfr/comm/mpi_session.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/run/options/job_file.hpp"

int main(int argc, char** argv) {
  const fedfr::comm::MpiSession mpi(argc, argv);
  const auto backbone = fedfr::nn::Backbone::make(
      {.name = "mobile", .width = 0.25, .embedding = 32, .height = 32, .width_pixels = 32});
  const auto parameters = backbone->make_parameters();
  const auto settings = fedfr::run::parse_job_file("rounds = 3\nseed = 1\n", "outside.cfg");
  constexpr std::array<std::byte, 1> a{std::byte{'a'}};
  std::printf("ranks=%d parameters=%lld settings=%zu crc32c=%08x\n", mpi.size(),
              static_cast<long long>(parameters.size()), settings.size(), fedfr::crc32c(a));
  return 0;
}
