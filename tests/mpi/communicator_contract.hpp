#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "fedfr/comm/communicator.hpp"

namespace fedfr::test {

/// One way to make a communicator. Every program instantiates CommunicatorContract with those it can run.
struct Implementation {
  std::string name;
  std::function<std::unique_ptr<comm::Communicator>()> make;
};

inline void PrintTo(const Implementation& implementation, std::ostream* out) { *out << implementation.name; }

class CommunicatorContract : public testing::TestWithParam<Implementation> {
 protected:
  std::unique_ptr<comm::Communicator> comm_ = GetParam().make();
  const int rank_ = comm_->rank();
  const int size_ = comm_->size();
};

inline std::string implementation_name(const testing::TestParamInfo<Implementation>& info) {
  return info.param.name;
}

}  // namespace fedfr::test
