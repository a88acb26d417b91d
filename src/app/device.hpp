#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "fedfr/comm/topology.hpp"
#include "fedfr/run/options/options.hpp"
#include "fedfr/run/record/numerics.hpp"

namespace fedfr::app {

/// Where this rank computes, by --device and what there is.
/// @throws UsageError if a GPU is asked for and there is none
at::Device choose_device(const run::Options& options, const comm::Topology& topology);

/// Of this rank: by --threads, or by what it may use. The same on all ranks.
int threads_of(const run::Options& options, const comm::Topology& topology);

/// Threads, deterministic kernels and full float32 precision for the whole process.
/// @throws UsageError for a senseless number of threads, PeerError if the system does not let so many start
void set_numerics(const run::Options& options, const comm::Topology& topology);

/// What the bits of this rank's work depend on, once set_numerics has been called.
run::Numerics numerics(const run::Options& options, at::Device device);

std::string describe(at::Device device);
std::string torch_version();

}  // namespace fedfr::app
