#include "fedfr/run/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
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

/// As long as it lives, the process has no more rights than anybody.
class AsAnybody {
 public:
  AsAnybody() {
    if (::geteuid() == 0) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  AsAnybody(const AsAnybody&) = delete;
  AsAnybody& operator=(const AsAnybody&) = delete;
  ~AsAnybody() { EXPECT_EQ(::seteuid(::getuid()), 0); }
};

TEST_F(Checkpoints, ThatCannotBeOpenedAreNotTakenForDamaged) {
  const fl::Algorithm row = counting(false);
  fl::Server server(row, model(1), 3);
  store_.save(server, 1);
  store_.save(server, 2);
  ::chmod(folder_.path().c_str(), 0755);
  ::chmod(store_.path(2).c_str(), 0);
  const AsAnybody anybody;
  EXPECT_THAT([&] { store_.load_newest(server, warnings_); },
              ThrowsMessage<AccessError>(HasSubstr("round_0002.ckpt: Permission denied")));
  EXPECT_EQ(warnings_, "");
}

TEST_F(Checkpoints, AFolderThatCannotBeReadIsNotOneWithoutThem) {
  const fl::Algorithm row = counting(false);
  fl::Server server(row, model(1), 3);
  store_.save(server, 1);
  ::chmod(folder_.path().c_str(), 0);
  {
    const AsAnybody anybody;
    EXPECT_THAT([&] { store_.load_newest(server, warnings_); },
                ThrowsMessage<AccessError>(HasSubstr("cannot look into " + folder_.path().string())));
  }
  ::chmod(folder_.path().c_str(), 0755);
}

TEST_F(Checkpoints, AreNotThrownAwayWhereNoneOfThemCanBeUsed) {
  const fl::Algorithm row = counting(false);
  fl::Server server(row, model(1), 3);
  replace_file(store_.path(3), std::string_view("damaged"));
  replace_file(store_.path(2), std::string_view("damaged"));
  EXPECT_THAT(
      [&] { store_.load_newest(server, warnings_); },
      ThrowsMessage<DataError>(testing::AllOf(HasSubstr("no checkpoint in "), HasSubstr("round_0003.ckpt"),
                                              HasSubstr("round_0002.ckpt"))));
}

TEST_F(Checkpoints, ADamagedStartIsMadeAgain) {
  const fl::Algorithm row = counting(false);
  fl::Server server(row, model(1), 3);
  replace_file(store_.path(0), std::string_view("damaged"));
  EXPECT_FALSE(store_.load_newest(server, warnings_).has_value());
  EXPECT_THAT(warnings_, HasSubstr("round_0000.ckpt"));
}

}  // namespace
}  // namespace fedfr::run
