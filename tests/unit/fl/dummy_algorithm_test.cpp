// An algorithm that nobody would want, made of a part of each kind that the algorithms of the program do not
// need: private tensors, phases, a correction of the gradient, a kept vector, extra sums of both kinds, a
// server step with a state. It is compared with the same formulas in plain double arithmetic, over rounds
// with some of the clients, and over a restart. What it takes to add one is `dummy()`.
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "fedfr/fl/client/local_trainer.hpp"
#include "fedfr/fl/disclosure.hpp"
#include "fedfr/fl/server/server.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::fl {
namespace {

constexpr double pull = 0.25;
constexpr double half = 0.5;

/// g - k + s + 1/4 (y - x) for the weights, first one epoch of the private bias alone; k' = k + (x - y)/W;
/// s' = s + |S|/N mean_S (k' - k); x' = x + 1/2 W (sum p_k y_k - x), with W the weighted mean of the clients'
/// W.
Algorithm dummy() {
  Algorithm row;
  row.roles.set("backbone.fc.bias", Role::own);
  row.phases = {{.epochs = 1, .trains = [](const std::string&, Role role) { return role == Role::own; }},
                {.epochs = 0, .trains = [](const std::string&, Role role) { return role == Role::shared; }}};
  row.corrections.push_back(
      {"dummy", [](const CorrectionInput& in) {
         return [k = in.kept.at("dummy.kept"),
                 s = in.server.at("dummy.server")](std::span<const TrainedTensor> tensors) {
           for (const auto& t : tensors)
             t.gradient.sub_(t.part_of(k)).add_(t.part_of(s)).add_(t.value - t.start, pull);
         };
       }});
  row.keeps.push_back({.name = "dummy.kept", .next = [](const ClientEnd& end) {
                         return end.before.at("dummy.kept") + (end.start - end.end) / end.reach;
                       }});
  row.sums.push_back({.name = "dummy.moved",
                      .what = "change of a kept vector",
                      .bound = 16,
                      .value = [](const ClientEnd& end) {
                        return end.after.at("dummy.kept") - end.before.at("dummy.kept");
                      }});
  row.sums.push_back(
      {.name = "dummy.reach",
       .what = "sum of the learning rates",
       .size = 1,
       .mean = ExtraSum::Mean::by_samples,
       .bound = 4,
       .value = [](const ClientEnd& end) { return at::Tensor(end.end.new_full({1}, end.reach)); }});
  row.server.push_back({"dummy", {{.name = "dummy.server"}}, [](ServerInput& in) {
                          auto& s = in.state.at("dummy.server");
                          const auto& moved = in.means.at("dummy.moved");
                          const float share = static_cast<float>(in.cohort) / static_cast<float>(in.clients);
                          const float step = static_cast<float>(half) * in.means.at("dummy.reach")[0];
                          for (std::size_t i = 0; i < s.size(); ++i) {
                            s[i] += share * moved[i];
                            in.next[i] = in.before[i] + step * (in.next[i] - in.before[i]);
                          }
                        }});
  return row;
}

constexpr data::ImageSize size{16, 16};
constexpr std::int64_t pixels = 768;
constexpr std::int64_t classes = 3;
const std::vector<double> rates = {0.04, 0.02, 0.01};
const nn::SgdConfig sgd{.momentum = 0.8, .weight_decay = 0.02, .clip_norm = 0.7};

using Vector = std::vector<double>;

std::uint8_t level(int client, int image, std::int64_t pixel) {
  return static_cast<std::uint8_t>((client * 91 + image * 57 + pixel * (image % 5 + 3) * 13) % 256);
}
int label(int image) { return image % static_cast<int>(classes); }
int images_of(int client) { return 4 + 3 * client; }

/// One client of the formulas, and the whole federation of them.
struct Formulas {
  static constexpr int clients = 3;
  Vector weights, server = Vector(classes * pixels, 0.0);
  std::array<Vector, clients> bias, kept;

  struct Gradient {
    Vector weights = Vector(classes * pixels, 0.0), bias = Vector(classes, 0.0);
  };

  /// Of the mean cross entropy of softmax(W x + b) over the client's images.
  static Gradient gradient(int client, const Vector& w, const Vector& b) {
    Gradient g;
    const int count = images_of(client);
    for (int image = 0; image < count; ++image) {
      Vector x(pixels), z = b;
      for (std::int64_t p = 0; p < pixels; ++p)
        x[static_cast<std::size_t>(p)] = level(client, image, p) / 255.0 * 2 - 1;
      for (std::size_t c = 0; c < z.size(); ++c)
        z[c] +=
            std::inner_product(x.begin(), x.end(), w.begin() + static_cast<std::int64_t>(c) * pixels, 0.0);
      double sum = 0;
      for (double& value : z) sum += value = std::exp(value);
      for (std::size_t c = 0; c < z.size(); ++c) {
        const double d = (z[c] / sum - (static_cast<int>(c) == label(image) ? 1 : 0)) / count;
        g.bias[c] += d;
        for (std::size_t p = 0; p < x.size(); ++p) g.weights[c * pixels + p] += d * x[p];
      }
    }
    return g;
  }

  struct Momentum {
    Vector buffer;
    void step(Vector& values, Vector g, double rate) {
      const double norm = std::sqrt(std::inner_product(g.begin(), g.end(), g.begin(), 0.0));
      const double factor = std::min(1.0, sgd.clip_norm / (norm + 1e-6));
      buffer.resize(g.size(), 0.0);
      for (std::size_t i = 0; i < g.size(); ++i) {
        buffer[i] = sgd.momentum * buffer[i] + g[i] * factor + sgd.weight_decay * values[i];
        values[i] -= rate * buffer[i];
      }
    }
  };

  static double reach() {
    double total = 0;
    for (std::size_t s = 0; s < rates.size(); ++s)
      for (std::size_t t = s; t < rates.size(); ++t)
        total += rates[t] * std::pow(sgd.momentum, static_cast<double>(t - s));
    return total;
  }

  void round(const std::vector<int>& cohort) {
    Vector mean(weights.size(), 0.0), moved(weights.size(), 0.0);
    double images = 0;
    for (const int client : cohort) images += images_of(client);
    for (const int client : cohort) {
      auto& b = bias[static_cast<std::size_t>(client)];
      auto& k = kept[static_cast<std::size_t>(client)];
      Momentum().step(b, gradient(client, weights, b).bias, rates[0]);
      Vector y = weights;
      Momentum momentum;
      for (const double rate : rates) {
        Vector g = gradient(client, y, b).weights;
        for (std::size_t i = 0; i < g.size(); ++i) g[i] += server[i] - k[i] + pull * (y[i] - weights[i]);
        momentum.step(y, g, rate);
      }
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double change = (weights[i] - y[i]) / reach();
        k[i] += change;
        moved[i] += change / static_cast<double>(cohort.size());
        mean[i] += y[i] * images_of(client) / images;
      }
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      server[i] += moved[i] * static_cast<double>(cohort.size()) / clients;
      weights[i] += half * reach() * (mean[i] - weights[i]);
    }
  }
};

class DummyAlgorithm : public testing::Test {
 protected:
  DummyAlgorithm() {
    data::DatasetWriter writer(folder_ / "clients", {.role = data::Role::clients, .size = size});
    for (int client = 0; client < Formulas::clients; ++client) {
      writer.begin_client("client_" + std::to_string(client), images_of(client), {"a", "b", "c"});
      for (int image = 0; image < images_of(client); ++image) {
        data::NewImage one{.pixels = std::vector<std::uint8_t>(pixels), .label = label(image)};
        for (std::int64_t p = 0; p < pixels; ++p)
          one.pixels[static_cast<std::size_t>(p)] = level(client, image, p);
        writer.add(one);
      }
    }
    writer.finish();
    clients_.emplace(folder_ / "clients");
    config_.margin.kind = nn::Margin::logits;
    config_.sgd = sgd;
    config_.public_classes = false;
    config_.batch = 100;
    config_.mirror = false;
    store().prepare(true);
  }

  GlobalModel first_model() const {
    GlobalModel model(nn::Backbone::make({.name = "linear",
                                          .embedding = static_cast<int>(classes),
                                          .height = size.height,
                                          .width_pixels = size.width}),
                      0, at::kCPU, row_.roles);
    model.initialise(3);
    return model;
  }

  ClientStateStore store() const {
    return {folder_.path(), Formulas::clients, 5 * classes * (pixels + 1) * 4};
  }

  /// A round as the round loop makes it; what clients keep goes through their file.
  void round(Server& server, int number, const std::vector<int>& cohort) {
    ClientStateStore states = store();
    LocalTrainer trainer(row_, config_, {server.model(), nullptr, &server.state()}, memory_, graph_, alone_);
    Aggregator sum(server.model().layout(), server.model().shared(), {.weight = 1000, .clients = 10},
                   row_.sums);
    for (const int client : cohort) {
      const auto before = states.load(ClientId{client}, number);
      LocalResult result = trainer.train(client_data(*clients_, ClientId{client}, 0), number, rates,
                                         before ? &*before : nullptr, {});
      states.save(ClientId{client}, number + 1, 1, {result.state, std::move(result.update), ""});
      sum.add(states.load_finished(ClientId{client}, number + 1, 1)->update);
    }
    comm::LocalCommunicator alone;
    server.step(sum.finish(alone));
  }

  Formulas start() const {
    Formulas formulas;
    const GlobalModel model = first_model();
    const auto weights = model.shared();
    formulas.weights.assign(weights.begin(), weights.end());
    formulas.bias.fill(Vector(classes, 0.0));
    formulas.kept.fill(Vector(classes * pixels, 0.0));
    return formulas;
  }

  template <class Values>
  static void expect_near(const Values& actual, const Vector& expected, const std::string& what) {
    ASSERT_EQ(std::ssize(actual), std::ssize(expected)) << what;
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(actual[i], expected[i], 2e-5) << what << " " << i;
  }

  void expect_like(const Formulas& formulas, const Server& server, int completed_rounds) const {
    expect_near(server.model().shared(), formulas.weights, "x");
    expect_near(server.state().at("dummy.server"), formulas.server, "s");
    for (int client = 0; client < Formulas::clients; ++client) {
      const auto state = store().load(ClientId{client}, completed_rounds);
      if (!state) continue;
      const auto of = [&](const at::Tensor& tensor) {
        return std::span(tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel()));
      };
      const auto index = static_cast<std::size_t>(client);
      expect_near(of(state->at("dummy.kept")), formulas.kept[index], "k");
      expect_near(of(state->at(kept::backbone)).last(classes), formulas.bias[index], "b");
    }
  }

  test::TempFolder folder_;
  std::optional<data::Dataset> clients_;
  Algorithm row_ = dummy();
  LocalTrainingConfig config_;
  nn::FeatureMemory memory_;
  nn::GpuGraph graph_;
  comm::LocalCommunicator alone_;
};

const std::vector<std::vector<int>> cohorts = {{0, 1, 2}, {1}, {0, 2}, {0, 1, 2}};

TEST_F(DummyAlgorithm, DoesWhatItsFormulasSay) {
  Formulas formulas = start();
  Server server(row_, first_model(), Formulas::clients);
  for (int number = 0; number < std::ssize(cohorts); ++number) {
    SCOPED_TRACE(number);
    const auto& cohort = cohorts[static_cast<std::size_t>(number)];
    round(server, number, cohort);
    formulas.round(cohort);
    expect_like(formulas, server, number + 1);
  }
  const auto moved = [&](const Vector& values) {
    return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  };
  EXPECT_GT(moved(formulas.server), 1e-3) << "the server's state has to matter";
  EXPECT_GT(moved(formulas.bias[0]), 1e-4) << "and the private tensors";
}

TEST_F(DummyAlgorithm, GoesOnAfterARestartWithTheSameBits) {
  Server server(row_, first_model(), Formulas::clients);
  for (int number = 0; number < 2; ++number) round(server, number, cohorts[static_cast<std::size_t>(number)]);
  Server again(row_, first_model(), Formulas::clients);
  again.model().set_shared(server.model().shared());
  EXPECT_NE(again.hash(), server.hash()) << "the state belongs to the hash";
  again.restore(server.state());
  EXPECT_EQ(again.hash(), server.hash());
  for (int number = 2; number < 4; ++number) round(server, number, cohorts[static_cast<std::size_t>(number)]);
  for (int number = 2; number < 4; ++number) round(again, number, cohorts[static_cast<std::size_t>(number)]);
  EXPECT_EQ(again.hash(), server.hash());
}

TEST_F(DummyAlgorithm, ItsPrivateTensorsStayAndTheDeclaredSumsLeave) {
  Server server(row_, first_model(), Formulas::clients);
  round(server, 0, {0, 1});
  const at::Tensor bias = server.model().parameters()[1];
  EXPECT_TRUE(bias.equal(first_model().parameters()[1])) << "the server never sees a private tensor";
  EXPECT_EQ(disclosure(row_, server.model()),
            "backbone.fc.weight (2304 values), dummy.moved: change of a kept vector (2304 values), "
            "dummy.reach: sum "
            "of the learning rates (1 values), number of images; seen only as sums over the cohort");
  ClientUpdate smuggler{.client = ClientId{0},
                        .sample_weight = 1,
                        .shared = at::Tensor(bias.new_zeros({2304})),
                        .sums = {{"dummy.moved", bias.new_zeros({2304})}, {"bias", bias}}};
  Aggregator sum(server.model().layout(), server.model().shared(), {.weight = 10}, row_.sums);
  EXPECT_THROW(sum.add(smuggler), DataError);
}

}  // namespace
}  // namespace fedfr::fl
