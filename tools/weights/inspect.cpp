#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/number_text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/nn/weights/model_file.hpp"

// fedfr-weights inspect: what a file holds, and what fedfr would take it for.
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;

constexpr const char* about =
    R"(Lists the tensors of a file of weights, and says which network they are.

  fedfr-weights inspect FILE [options]

Examples:
  fedfr-weights inspect backbone.pth
  fedfr-weights inspect checkpoint_gpu_0.pt --json > tensors.json
)";

struct Row {
  std::string name, type;
  std::vector<std::int64_t> shape;
  std::int64_t values = 0;
  std::int64_t not_finite = 0;
  double least = 0, greatest = 0, mean = 0;  ///< of the finite ones; 0 where there are none
};

Row row_of(const std::string& name, const at::Tensor& tensor) {
  Row row{.name = name,
          .type = std::string(nn::name(nn::tensor_type(tensor.scalar_type()))),
          .shape = tensor.sizes().vec(),
          .values = tensor.numel()};
  const at::Tensor all = tensor.to(at::kDouble).contiguous();
  const std::span values(all.const_data_ptr<double>(), static_cast<std::size_t>(all.numel()));
  double sum = 0;
  row.least = std::numeric_limits<double>::infinity();
  row.greatest = -row.least;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      ++row.not_finite;
      continue;
    }
    sum += value;
    row.least = std::min(row.least, value);
    row.greatest = std::max(row.greatest, value);
  }
  const std::int64_t finite = row.values - row.not_finite;
  if (finite == 0) row.least = row.greatest = 0;
  row.mean = finite == 0 ? 0 : sum / static_cast<double>(finite);
  return row;
}

/// What fedfr would start from, in sentences.
std::vector<std::string> networks_of(const nn::TensorFile& file) {
  std::vector<std::string> lines;
  const auto named = [](const std::string& prefix) {
    return prefix.empty() ? std::string() : fmt::format(", tensors {}*", printable(prefix));
  };
  std::int64_t dimension = 0;
  for (const auto& found : nn::recognise(file)) {
    lines.push_back(nn::describe(found.network) + named(found.prefix));
    dimension = found.network.embedding;
  }
  for (const auto& branch :
       nn::recognise_branches(file, dimension == 0 ? nn::branch_dimension(file) : dimension))
    lines.push_back("private branch of a personal model" + named(branch.prefix));
  if (lines.empty()) lines.push_back("none that fedfr knows: " + nn::nearest_network(file));
  return lines;
}

void print_table(const nn::Weights& weights, const std::vector<Row>& rows, const std::string& path) {
  std::int64_t values = 0;
  std::size_t width = 4;
  for (const auto& row : rows) {
    values += row.values;
    width = std::max(width, printable(row.name).size());
  }
  fmt::print("{}: {}, {} tensors, {} numbers\n", path, weights.format, rows.size(), values);
  for (const auto& line : networks_of(weights.content)) fmt::print("network: {}\n", line);
  if (!weights.left_out.empty()) fmt::print("beside tensors: {}\n", fmt::join(weights.left_out, ", "));
  for (const auto& [key, text] : weights.content.metadata)
    fmt::print("{} = {}\n", printable(key), printable(text));
  fmt::print("\n{:{}}  {:4}  {:18}  {:>10}  {:>10}  {:>10}\n", "name", width, "type", "shape", "least",
             "greatest", "mean");
  std::int64_t not_finite = 0;
  for (const auto& row : rows) {
    const auto number = [&](double x) { return row.values == row.not_finite ? "" : significant(x, 4); };
    fmt::print("{:{}}  {:4}  {:18}  {:>10}  {:>10}  {:>10}{}\n", printable(row.name), width, row.type,
               fmt::format("[{}]", fmt::join(row.shape, ",")), number(row.least), number(row.greatest),
               number(row.mean), row.not_finite == 0 ? "" : fmt::format("  {} NOT FINITE", row.not_finite));
    not_finite += row.not_finite;
  }
  if (not_finite > 0)
    fmt::print("\n{} values are not finite: fedfr starts from none of such tensors\n", not_finite);
}

void print_json(const nn::Weights& weights, const std::vector<Row>& rows) {
  nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
  for (const auto& row : rows)
    tensors.push_back({{"name", row.name},
                       {"type", row.type},
                       {"shape", row.shape},
                       {"least", row.least},
                       {"greatest", row.greatest},
                       {"mean", row.mean},
                       {"not_finite", row.not_finite}});
  const nlohmann::ordered_json json{{"format", weights.format},
                                    {"networks", networks_of(weights.content)},
                                    {"beside", weights.left_out},
                                    {"metadata", weights.content.metadata},
                                    {"tensors", std::move(tensors)}};
  fmt::print("{}\n", json_text(json, 1));
}

}  // namespace

int run_inspect(std::span<const std::string> args) {
  std::string path;
  bool json = false;
  po::options_description described("options", 110);
  described.add_options()                                                                            //
      ("file", path_option(path)->required(), "file of weights to look at; the first word as well")  //
      ("json", po::bool_switch(&json), "print everything as JSON");
  if (!parse(args, described, {"file"}, about)) return 0;
  const auto weights = nn::read_weights(path);
  std::vector<Row> rows;
  for (const auto& [name, tensor] : weights.content.tensors) rows.push_back(row_of(name, tensor));
  if (json)
    print_json(weights, rows);
  else
    print_table(weights, rows, path);
  return 0;
}

}  // namespace fedfr::tool
