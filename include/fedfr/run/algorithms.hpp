#pragma once
#include "fedfr/fl/parts/algorithm.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/run/options/options.hpp"

namespace fedfr::run {

/// The row of parts that the options ask for: what the named algorithm consists of, and the parts that have
/// an option of their own and go with any algorithm.
fl::Algorithm algorithm_of(const Options& options, const nn::Backbone& backbone);

}  // namespace fedfr::run
