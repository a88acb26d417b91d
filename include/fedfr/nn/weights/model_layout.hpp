#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "fedfr/nn/backbones/backbone.hpp"

/// How fedfr's own files name a model: the network in the metadata, and each of its tensors with a prefix.
namespace fedfr::nn {

using Metadata = std::map<std::string, std::string>;

std::string backbone_tensor(const std::string& parameter);  ///< "backbone.fc.weight" for "fc.weight"

Metadata metadata_of(const BackboneConfig& network);

/// Whether a file says that it is a model of fedfr's, of whatever version.
bool is_model(const Metadata& metadata);

/// @throws DataError naming the path: no model of fedfr's, of another version, or with a number that is none
BackboneConfig backbone_of(const Metadata& metadata, const std::filesystem::path& path);

/// "sphere20 (width 1, 512 dimensions, 112x112 pixels)"
std::string describe(const BackboneConfig& network);

}  // namespace fedfr::nn
