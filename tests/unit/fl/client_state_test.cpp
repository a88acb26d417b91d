#include "fedfr/fl/client_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fedfr/core/error.hpp"
#include "support/temp_folder.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

PrivateState state_of(std::uint64_t seed) {
  return {.local_centres = test::formula_tensor(seed, 0, 1, 0, {3, 4}),
          .dfc = at::Tensor(),
          .backbone = test::formula_tensor(seed, 1, 1, 0, {50})};
}

TEST(ClientStateStore, ANewClientHasNone) {
  const test::TempFolder folder;
  EXPECT_FALSE(ClientStateStore(folder.path()).load(ClientId{3}, 10).has_value());
}

TEST(ClientStateStore, ARoundThatWasCutOffIsForgotten) {
  const test::TempFolder folder;
  const ClientStateStore store(folder.path());
  const ClientId client{7};
  store.save(client, 1, state_of(1), -1);
  const auto first = store.load(client, 1);
  store.save(client, 2, state_of(2), first->slot);
  // Round 2 never reached its checkpoint: the run starts again after round 1, and may do so any number of
  // times.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto again = store.load(client, 1);
    ASSERT_TRUE(again.has_value());
    EXPECT_TRUE(again->state.backbone.equal(state_of(1).backbone));
    EXPECT_FALSE(again->state.dfc.defined());
    store.save(client, 2, state_of(3), again->slot);
  }
  EXPECT_TRUE(store.load(client, 2)->state.backbone.equal(state_of(3).backbone));
  EXPECT_TRUE(store.load(client, 9)->state.local_centres.equal(state_of(3).local_centres));
}

TEST(ClientStateStore, ALostStateIsNotTakenForANewClient) {
  const test::TempFolder folder;
  const ClientStateStore store(folder.path());
  store.save(ClientId{4}, 2, state_of(1), -1);
  EXPECT_FALSE(store.load(ClientId{4}, 1).has_value());  // its first round may have been the second
  store.save(ClientId{4}, 3, state_of(2), 0);
  EXPECT_FALSE(store.load(ClientId{4}, 0).has_value());  // nobody had a state at the start
  EXPECT_THAT([&] { store.load(ClientId{4}, 1); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("client 4")));
}

TEST(ClientStateStore, DamageNamesTheFile) {
  const test::TempFolder folder;
  const ClientStateStore store(folder.path());
  store.save(ClientId{1}, 1, state_of(1), -1);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    std::filesystem::resize_file(entry.path(), std::filesystem::file_size(entry.path()) - 1);
  EXPECT_THAT([&] { store.load(ClientId{1}, 1); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("client_000001")));
}

}  // namespace
}  // namespace fedfr::fl
