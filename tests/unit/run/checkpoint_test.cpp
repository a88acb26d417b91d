#include "fedfr/run/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

fl::GlobalModel model(std::uint64_t seed) {
  fl::GlobalModel model(
      nn::Backbone::make({.name = "linear", .embedding = 2, .height = 16, .width_pixels = 16}), 0, at::kCPU);
  model.initialise(seed);
  return model;
}

/// A row whose server keeps one number, or nothing.
fl::Algorithm counting(bool counts) {
  fl::Algorithm row;
  if (counts)
    row.server.push_back({"count", {{.name = "count", .size = 1, .start = 5}}, [](fl::ServerInput& round) {
                            round.state.at("count")[0] += 1;
                          }});
  return row;
}

class Checkpoints : public testing::Test {
 protected:
  test::TempFolder folder_;
  CheckpointStore store_{folder_.path(), 2, {.clients = "clients", .publics = "publics"}};
  std::string warnings_;
};

TEST_F(Checkpoints, HoldModelAndStateOfTheServer) {
  const fl::Algorithm row = counting(true);
  fl::Server server(row, model(1), 3);
  EXPECT_EQ(server.state().at("count"), std::vector<float>{5});
  server.step({.mean = model(2).shared(), .extras = {}, .weight = 1, .clients = 1});
  store_.save(server, 4);
  fl::Server found(row, model(1), 3);
  const auto checkpoint = store_.load_newest(found, warnings_);
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->completed_rounds, 4);
  EXPECT_EQ(found.model().hash(), model(2).hash());
  EXPECT_EQ(found.state().at("count"), std::vector<float>{6});
  EXPECT_EQ(found.hash(), server.hash());
}

TEST_F(Checkpoints, WithoutTheStateThatTheAlgorithmNeedsAreRefused) {
  const fl::Algorithm nothing = counting(false);
  store_.save(fl::Server(nothing, model(1), 3), 1);
  const fl::Algorithm row = counting(true);
  fl::Server server(row, model(1), 3);
  EXPECT_THAT([&] { store_.load_newest(server, warnings_); }, ThrowsMessage<UsageError>(HasSubstr("count")));
}

}  // namespace
}  // namespace fedfr::run
