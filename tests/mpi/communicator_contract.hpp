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
  /// Why it cannot be made here, or nothing.
  std::function<std::string()> obstacle = [] { return std::string(); };
};

inline void PrintTo(const Implementation& implementation, std::ostream* out) { *out << implementation.name; }

class CommunicatorContract : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    if (const std::string obstacle = GetParam().obstacle(); !obstacle.empty()) GTEST_SKIP() << obstacle;
    comm_ = GetParam().make();
    rank_ = comm_->rank();
    size_ = comm_->size();
  }

  std::unique_ptr<comm::Communicator> comm_;
  int rank_ = 0;
  int size_ = 0;
};

inline std::string implementation_name(const testing::TestParamInfo<Implementation>& info) {
  return info.param.name;
}

}  // namespace fedfr::test
