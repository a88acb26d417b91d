#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fedfr::fl {

/// What parts keep and send has names, so that nobody else has to know what it is.
using NamedTensors = std::map<std::string, at::Tensor>;          ///< of a client
using NamedVectors = std::map<std::string, std::vector<float>>;  ///< of the server: see server_step.hpp

/// Undefined where there is none of that name.
inline at::Tensor find(const NamedTensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? at::Tensor() : found->second;
}

/// As a size: that of the shared vector.
constexpr std::int64_t like_shared = -1;

inline std::int64_t resolved(std::int64_t size, std::int64_t shared) {
  return size == like_shared ? shared : size;
}

/// What every algorithm may keep of a client.
namespace kept {
constexpr const char* local_centres = "local_centres";  ///< [n,D] class centres of its own identities
constexpr const char* backbone = "backbone";            ///< [P] its backbone after its last round
}  // namespace kept

}  // namespace fedfr::fl
