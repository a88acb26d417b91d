#include "fedfr/fl/client/client_state.hpp"

#include <ATen/ops/cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstring>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "support/temp_folder.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

constexpr std::uint64_t attempt = 77;
constexpr std::int64_t tensor_bytes = (3 * 4 + 50 + 8) * 4;

FinishedClient work_of(ClientId client, std::uint64_t seed) {
  FinishedClient work;
  work.state = {{kept::local_centres, test::formula_tensor(seed, 0, 1, 0, {3, 4})},
                {kept::backbone, test::formula_tensor(seed, 1, 1, 0, {50})}};
  work.update = {.client = client,
                 .sample_weight = static_cast<std::int64_t>(seed),
                 .shared = at::cat({work.state.at(kept::backbone), test::formula_tensor(seed, 2, 1, 0, {8})}),
                 .sums = {}};
  work.report = R"({"seed": ")" + std::to_string(seed) + "\"}";
  return work;
}

class ClientStates : public testing::Test {
 protected:
  void SetUp() override { store_.prepare(true); }
  void save(int completed_rounds, std::uint64_t seed, std::uint64_t key = attempt) {
    store_.save(client_, completed_rounds, key, work_of(client_, seed));
  }
  /// The seed of the state that is loaded; 0 for none.
  std::uint64_t loaded(int completed_rounds) const {
    const auto state = store_.load(client_, completed_rounds);
    if (!state) return 0;
    for (std::uint64_t seed = 1; seed < 20; ++seed)
      if (state->at(kept::backbone).equal(work_of(client_, seed).state.at(kept::backbone))) return seed;
    throw std::logic_error("an unknown state");
  }
  /// Flips a bit in each place where the file holds the bytes of `value`.
  void damage(float value) const {
    std::string text = read_text(file());
    const std::string pattern(reinterpret_cast<const char*>(&value), sizeof value);
    for (auto at = text.find(pattern); at != std::string::npos; at = text.find(pattern, at + 1))
      text[at] ^= 4;
    replace_file(file(), text);
  }
  std::filesystem::path file() const { return folder_.path() / "clients.states"; }

  test::TempFolder folder_;
  ClientId client_{7};
  ClientStateStore store_{folder_.path(), 1000, tensor_bytes};
};

TEST_F(ClientStates, ANewClientHasNone) { EXPECT_EQ(loaded(10), 0); }

TEST_F(ClientStates, KeepsTheStateOfTheLastRoundAndTheOneBefore) {
  for (int round = 1; round < 8; ++round) {
    save(round, static_cast<std::uint64_t>(round));
    for (int back = 0; back <= std::min(2, round); ++back)
      EXPECT_EQ(loaded(round - back), static_cast<std::uint64_t>(round - back)) << round << " " << back;
  }
  EXPECT_FALSE(store_.load(ClientId{8}, 7).has_value());
}

TEST_F(ClientStates, ARoundThatWasCutOffIsForgotten) {
  save(1, 1);
  save(2, 2);
  // Round 2 never reached its checkpoint: the run starts again after round 1, and may do so any number of
  // times.
  for (std::uint64_t again = 3; again < 7; ++again) {
    EXPECT_EQ(loaded(1), 1);
    save(2, again);
    EXPECT_EQ(loaded(2), again);
  }
  EXPECT_EQ(loaded(9), 6);
}

TEST_F(ClientStates, AfterAFallBackTheRoundsAreMadeAgain) {
  for (int round = 1; round <= 5; ++round) save(round, static_cast<std::uint64_t>(round));
  EXPECT_EQ(loaded(3), 3);
  save(4, 14);
  EXPECT_EQ(loaded(4), 14);
  save(5, 15);
  EXPECT_EQ(loaded(5), 15);
  EXPECT_EQ(loaded(4), 14);
}

TEST_F(ClientStates, ALostStateIsNotTakenForANewClient) {
  save(2, 1);
  EXPECT_EQ(loaded(1), 0);  // its first round may have been the second
  for (int round = 3; round <= 5; ++round) save(round, 2);
  EXPECT_EQ(loaded(0), 0);  // nobody had a state at the start
  EXPECT_THAT([&] { store_.load(client_, 1); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("client 7")));
}

TEST_F(ClientStates, AFinishedClientIsTakenOverInTheSameAttemptOnly) {
  save(1, 5);
  EXPECT_TRUE(store_.has_finished(client_, 1, attempt));
  const auto work = store_.load_finished(client_, 1, attempt);
  ASSERT_TRUE(work.has_value());
  const auto expected = work_of(client_, 5);
  EXPECT_TRUE(work->update.shared.equal(expected.update.shared));
  EXPECT_TRUE(work->state.at(kept::local_centres).equal(expected.state.at(kept::local_centres)));
  EXPECT_EQ(work->state.size(), expected.state.size());
  EXPECT_EQ(work->update.sample_weight, 5);
  EXPECT_EQ(work->update.client, client_);
  EXPECT_EQ(work->report, expected.report);
  for (const auto& [rounds, key] : {std::pair{1, attempt + 1}, std::pair{2, attempt}}) {
    EXPECT_FALSE(store_.has_finished(client_, rounds, key));
    EXPECT_FALSE(store_.load_finished(client_, rounds, key).has_value());
  }
}

TEST_F(ClientStates, HoldsWhatPartsNameAndUpdatesOfPrivateTensors) {
  FinishedClient work = work_of(client_, 5);
  work.state["drift"] = test::formula_tensor(5, 3, 1, 0, {2});
  work.state.erase(kept::local_centres);
  work.update.shared = test::formula_tensor(5, 4, 1, 0, {6});  // not the beginning of the backbone
  work.update.sums["moved"] = test::formula_tensor(5, 5, 1, 0, {4});
  store_.save(client_, 1, attempt, work);
  const auto found = store_.load_finished(client_, 1, attempt);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->update.shared.equal(work.update.shared));
  EXPECT_TRUE(found->update.sums.at("moved").equal(work.update.sums.at("moved")));
  const auto state = store_.load(client_, 1);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->size(), 2U) << "no part of the update is kept as the client's own";
  EXPECT_TRUE(state->at("drift").equal(work.state.at("drift")));
}

TEST_F(ClientStates, DamageNamesFileAndClient) {
  save(1, 1);
  damage(work_of(client_, 1).state.at(kept::backbone).data_ptr<float>()[20]);
  EXPECT_FALSE(store_.load_finished(client_, 1, attempt).has_value());
  EXPECT_THAT([&] { store_.load(client_, 1); },
              testing::ThrowsMessage<DataError>(
                  testing::AllOf(testing::HasSubstr("client 7"), testing::HasSubstr("clients.states"))));
}

// The file is sparse and as long as the slots of all clients, so its length is no bound for one state.
TEST_F(ClientStates, AStateThatClaimsMoreThanItsSlotIsRefused) {
  save(1, 1);
  std::string text = read_text(file());
  const std::size_t slot_bytes = (text.size() - 4096) / 3000;
  const std::size_t header = 4096 + 7 * 3 * slot_bytes;
  const auto claimed = static_cast<std::int64_t>(2 * slot_bytes);
  std::memcpy(&text[header + 32], &claimed, sizeof claimed);
  const auto checksum = crc32c(std::as_bytes(std::span(text).subspan(header, 44)));
  std::memcpy(&text[header + 44], &checksum, sizeof checksum);
  replace_file(file(), text);
  EXPECT_THAT([&] { store_.load(client_, 1); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("more than its slot")));
  EXPECT_FALSE(store_.load_finished(client_, 1, attempt).has_value());
}

TEST_F(ClientStates, APipeInPlaceOfTheFileIsRefused) {
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_THAT([&] { store_.prepare(false); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("a pipe or device")));
}

// A write that ends half-way, here by a limit on the size of files: the slot says that it is incomplete.
TEST_F(ClientStates, AHalfWrittenStateCountsAsNone) {
  save(1, 1);
  struct sigaction ignore {
  }, before{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, &before);
  rlimit unlimited{};
  ::getrlimit(RLIMIT_FSIZE, &unlimited);
  const auto slot_bytes = (static_cast<rlim_t>(std::filesystem::file_size(file())) - 4096) / 3000;
  const rlimit tight{4096 + slot_bytes * (7 * 3 + 1) + 200, unlimited.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_THAT([&] { save(2, 2); }, testing::ThrowsMessage<DataError>(testing::HasSubstr("clients.states")));
  ::setrlimit(RLIMIT_FSIZE, &unlimited);
  ::sigaction(SIGXFSZ, &before, nullptr);
  EXPECT_FALSE(store_.has_finished(client_, 2, attempt));
  EXPECT_EQ(loaded(2), 1);
  save(2, 3);
  EXPECT_EQ(loaded(2), 3);
}

TEST_F(ClientStates, CanBeForgottenForTheRoundAndKeepTheOnesBefore) {
  save(1, 1);
  save(2, 2);
  store_.forget_finished(client_, 2, attempt + 1);
  EXPECT_TRUE(store_.has_finished(client_, 2, attempt));
  store_.forget_finished(client_, 2, attempt);
  EXPECT_FALSE(store_.has_finished(client_, 2, attempt));
  EXPECT_EQ(loaded(2), 1);
  save(2, 3);
  EXPECT_EQ(loaded(2), 3);
}

TEST_F(ClientStates, ThatAreGoneAreNotBegunAnew) {
  save(1, 1);
  std::filesystem::remove(file());
  EXPECT_THAT([&] { store_.prepare(false); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("clients.states")));
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(ClientStates, BelongToAModelAndItsClients) {
  save(1, 1);
  store_.prepare(false);
  EXPECT_EQ(loaded(1), 1);
  const ClientStateStore other(folder_.path(), 999, tensor_bytes);
  EXPECT_THROW(other.prepare(false), DataError);
  store_.prepare(true);
  EXPECT_EQ(loaded(1), 0);
}

TEST_F(ClientStates, TakeNoSpaceBeforeTheyAreSaved) {
  save(1, 1);
  struct stat facts {};
  ASSERT_EQ(::stat(file().c_str(), &facts), 0);
  EXPECT_GT(facts.st_size, 1000 * 3 * tensor_bytes);
  EXPECT_LT(facts.st_blocks * 512, 64 * 1024);
}

}  // namespace
}  // namespace fedfr::fl
