#pragma once
#include <map>
#include <string>
#include <vector>

#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/converter.hpp"
#include "fedfr/nn/tensor_file.hpp"

/// Which network a file's tensors are, by their names and shapes alone.
namespace fedfr::nn {

/// A network of fedfr's whose tensors are all there.
struct Recognised {
  BackboneConfig network;
  std::string prefix;  ///< of its tensors in the file: "state_dict.module."
};

struct Wanted {
  std::string backbone = {};  ///< one of backbone_names(); empty: any
  // Of the images: what the tensors alone leave open (a network for 112x112 pixels also takes 110x110).
  int height = 112;
  int width_pixels = 112;
};

/// The networks in a file, those of most tensors first; usually one.
std::vector<Recognised> recognise(const TensorFile& file, const Wanted& wanted = {});

/// Why there is none: the network that most of the tensors are like, and what it lacks or has in other
/// shapes. For messages.
std::string nearest_network(const TensorFile& file, const Wanted& wanted = {});

/// The private branch of a personal model (FedFR's DFC): what maps the shared embedding to the client's own.
struct RecognisedBranch {
  Converter converter = Converter::none;
  std::string prefix;  ///< of "converter.", "weight" and "bias"
};

/// The dimensions of the embedding that a file's private branch is for; 0 where it has none.
std::int64_t branch_dimension(const TensorFile& file);

/// @param dimension  of the embedding
/// @returns none where the file has no such branch
std::vector<RecognisedBranch> recognise_branches(const TensorFile& file, std::int64_t dimension);

}  // namespace fedfr::nn
