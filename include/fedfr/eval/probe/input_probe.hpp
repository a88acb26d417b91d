#pragma once
#include "fedfr/comm/communicator.hpp"
#include "fedfr/data/inspect/people_sample.hpp"
#include "fedfr/eval/probe/input_report.hpp"
#include "fedfr/nn/embedder.hpp"

namespace fedfr::eval {

/// Embeds a sample in all variants; each rank takes some of them. The report is the same on every rank.
/// @param sample  of the network's image size; two people at least
/// @param draws   of people, for the intervals
/// Collective.
InputReport probe_input(comm::Communicator& comm, const nn::Backbone& backbone, const nn::ParameterSet& model,
                        const data::PeopleSample& sample, const nn::EmbedOptions& options, int draws = 1000);

}  // namespace fedfr::eval
