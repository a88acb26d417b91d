#include <fmt/format.h>

#include <initializer_list>
#include <limits>
#include <stdexcept>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/version.hpp"
#include "fedfr/nn/weights/write_weights.hpp"
#include "protobuf.hpp"

// ONNX is a message of Protocol Buffers with the operations by name. The numbers of fields and types are
// those of onnx.proto (version 1.8, opset 13, IR version 7); the operators' inputs and attributes those of
// Operators.md.
namespace fedfr::nn {

namespace {

using Kind = GraphNode::Kind;
using Inputs = std::vector<std::string>;

// Fields and types of onnx.proto.
namespace model {
constexpr unsigned ir_version = 1, producer = 2, producer_version = 3, doc = 6, graph = 7, opset = 8;
}
namespace graph_field {
constexpr unsigned node = 1, name = 2, initializer = 5, input = 11, output = 12;
}
namespace node_field {
constexpr unsigned input = 1, output = 2, name = 3, op = 4, attribute = 5;
}
namespace attribute {
constexpr unsigned name = 1, real = 2, number = 3, numbers = 8, type = 20;
}
namespace tensor_field {
constexpr unsigned dims = 1, type = 2, name = 8, raw = 9;
}
constexpr std::int64_t type_float = 1, type_int64 = 7;
constexpr std::int64_t attribute_float = 1, attribute_int = 2, attribute_ints = 7;
constexpr std::int64_t opset_version = 13, ir_version = 7;

Message real_attribute(const char* name, double value) {
  return Message()
      .text(attribute::name, name)
      .real(attribute::real, static_cast<float>(value))
      .number(attribute::type, attribute_float);
}
Message attribute_of(const char* name, std::int64_t value) {
  return Message()
      .text(attribute::name, name)
      .number(attribute::number, value)
      .number(attribute::type, attribute_int);
}
Message attribute_of(const char* name, std::initializer_list<std::int64_t> values) {
  Message message;
  message.text(attribute::name, name);
  for (const auto value : values) message.number(attribute::numbers, value);
  return message.number(attribute::type, attribute_ints);
}

Message initializer(const std::string& name, const std::vector<std::int64_t>& dims, std::int64_t type,
                    std::string_view raw) {
  Message message;
  for (const auto size : dims) message.number(tensor_field::dims, size);
  return message.number(tensor_field::type, type).text(tensor_field::name, name).text(tensor_field::raw, raw);
}

std::string_view raw_bytes(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()};
}

/// One value for all images: [batch] + sizes.
Message value_info(const char* name, std::initializer_list<std::int64_t> sizes) {
  constexpr unsigned info_name = 1, info_type = 2, tensor_type = 1, element = 1, shape = 2, dim = 1;
  constexpr unsigned dim_value = 1, dim_name = 2;
  Message dims;
  dims.message(dim, Message().text(dim_name, "batch"));
  for (const auto size : sizes) dims.message(dim, Message().number(dim_value, size));
  const Message type =
      Message().message(tensor_type, Message().number(element, type_float).message(shape, dims));
  return Message().text(info_name, name).message(info_type, type);
}

class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  Message write() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) add(graph_.nodes[i], static_cast<int>(i));
    const auto& network = graph_.network;
    const auto dimension = std::int64_t{network.embedding};
    out_.text(graph_field::name, network.name)
        .message(graph_field::input, value_info("input", {3, network.height, network.width_pixels}))
        .message(graph_field::output, value_info("embedding", {dimension}));
    constexpr unsigned opset_field = 2;
    return Message()
        .number(model::ir_version, ir_version)
        .text(model::producer, "fedfr")
        .text(model::producer_version, version())
        .text(model::doc, fmt::format("{}. Input: RGB faces, (x / 255 - 0.5) / 0.5", describe(network)))
        .message(model::graph, out_)
        .message(model::opset, Message().number(opset_field, opset_version));
  }

 private:
  std::string name_of(int node) const {
    if (node == Graph::images) return "input";
    return node == graph_.last() ? "embedding" : fmt::format("x{}", node);
  }

  /// The name of a tensor, which is written the first time; in the shape that the operator wants.
  std::string tensor(std::size_t number, const std::vector<std::int64_t>& shape = {}) {
    const auto& [name, values] = graph_.tensors.at(number);
    out_.message(graph_field::initializer, initializer(name, shape.empty() ? values.sizes().vec() : shape,
                                                       type_float, raw_bytes(values)));
    return name;
  }
  Inputs with_tensors(const GraphNode& node) {
    Inputs inputs{name_of(node.inputs.front())};
    for (const auto number : node.tensors) inputs.push_back(tensor(number));
    return inputs;
  }

  void add_operator(const char* op, const Inputs& inputs, const std::string& output,
                    std::initializer_list<Message> attributes = {}) {
    Message node;
    for (const auto& input : inputs) node.text(node_field::input, input);
    node.text(node_field::output, output).text(node_field::name, output).text(node_field::op, op);
    for (const auto& attribute : attributes) node.message(node_field::attribute, attribute);
    out_.message(graph_field::node, node);
  }

  void add(const GraphNode& node, int number) {
    const std::string output = name_of(number);
    Inputs inputs;
    for (const int input : node.inputs) inputs.push_back(name_of(input));
    const std::int64_t s = node.stride, p = node.padding;
    switch (node.kind) {
      case Kind::convolution: {
        const auto filters = graph_.tensors.at(node.tensors.at(0)).second.sizes();
        return add_operator(
            "Conv", with_tensors(node), output,
            {attribute_of("kernel_shape", {filters[2], filters[3]}), attribute_of("strides", {s, s}),
             attribute_of("pads", {p, p, p, p}), attribute_of("group", node.groups)});
      }
      case Kind::linear:
        return add_operator("Gemm", with_tensors(node), output, {attribute_of("transB", 1)});
      case Kind::batch_norm:
        return add_operator("BatchNormalization", with_tensors(node), output,
                            {real_attribute("epsilon", node.value)});
      case Kind::prelu: {
        const auto slopes = node.tensors.at(0);
        // Of [B,C,H,W], so that the slopes go with the channels.
        inputs.push_back(tensor(slopes, {graph_.tensors.at(slopes).second.numel(), 1, 1}));
        return add_operator("PRelu", inputs, output);
      }
      case Kind::relu:
        return add_operator("Relu", inputs, output);
      case Kind::leaky_relu:
        return add_operator("LeakyRelu", inputs, output, {real_attribute("alpha", node.value)});
      case Kind::add:
        return add_operator("Add", inputs, output);
      case Kind::multiply:
        return add_operator("Mul", with_tensors(node), output);
      case Kind::sum_over_places:
        return add_sum_over_places(inputs.front(), output);
      case Kind::max_pool:
        return add_operator("MaxPool", inputs, output,
                            {attribute_of("kernel_shape", {2, 2}), attribute_of("strides", {2, 2})});
      case Kind::flatten:
        return add_operator("Flatten", inputs, output, {attribute_of("axis", 1)});
      case Kind::concatenate:
        return add_operator("Concat", inputs, output, {attribute_of("axis", 1)});
      case Kind::unit_length:
        return add_unit_length(inputs.front(), output, node.value);
    }
    throw std::logic_error("no such kind of operation");
  }

  void add_sum_over_places(const std::string& input, const std::string& output) {
    const std::int64_t axes[] = {2, 3};
    const std::string name = output + "_axes";
    out_.message(graph_field::initializer,
                 initializer(name, {2}, type_int64, {reinterpret_cast<const char*>(axes), sizeof axes}));
    add_operator("ReduceSum", {input, name}, output, {attribute_of("keepdims", 0)});
  }

  void add_unit_length(const std::string& input, const std::string& output, double shortest) {
    const auto least = static_cast<float>(shortest);
    const std::string limit = output + "_shortest", length = output + "_length",
                      at_least = output + "_divisor";
    out_.message(graph_field::initializer,
                 initializer(limit, {}, type_float, {reinterpret_cast<const char*>(&least), sizeof least}));
    add_operator("ReduceL2", {input}, length, {attribute_of("axes", {1}), attribute_of("keepdims", 1)});
    add_operator("Max", {length, limit}, at_least);
    add_operator("Div", {input, at_least}, output);
  }

  const Graph& graph_;
  Message out_;
};

}  // namespace

void write_onnx(const std::filesystem::path& path, const Graph& graph) {
  const std::string bytes = Writer(graph).write().bytes();
  if (bytes.size() > std::numeric_limits<std::int32_t>::max())
    throw DataError("{} would have {} bytes: an ONNX file holds at most 2 GiB", path.string(), bytes.size());
  replace_file(path, bytes);
}

}  // namespace fedfr::nn
