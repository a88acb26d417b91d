#pragma once
#include <string>

namespace fedfr::run {

/// Of the datasets that a run trains on; empty without one.
struct Fingerprints {
  std::string clients;
  std::string publics;

  bool operator==(const Fingerprints&) const = default;
};

}  // namespace fedfr::run
