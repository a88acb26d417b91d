#include "kernels.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace fedfr::bench {

namespace {

/// Where all convolutions and matrix products come by, after autocast has chosen their precision; none of
/// them calls another.
constexpr std::array<std::string_view, 6> kernel_names = {"aten::convolution", "aten::convolution_backward",
                                                          "aten::addmm",       "aten::mm",
                                                          "aten::bmm",         "aten::mkldnn_linear"};

struct Noted {
  c10::OperatorName name;
  std::vector<c10::IValue> arguments;
};
thread_local std::vector<Noted>* notes = nullptr;

std::unique_ptr<at::ObserverContext> note(const at::RecordFunction& function) {
  const auto name = function.operator_name();
  if (name && std::ranges::find(kernel_names, name->name) != kernel_names.end())
    notes->push_back({*name, std::vector<c10::IValue>(function.inputs().begin(), function.inputs().end())});
  return nullptr;
}

}  // namespace

Kernels::Kernels(const std::function<void()>& work) {
  std::vector<Noted> noted;
  notes = &noted;
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(note).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  work();
  at::removeCallback(handle);
  notes = nullptr;
  for (auto& [name, arguments] : noted)
    calls_.push_back(
        {c10::Dispatcher::singleton().findSchemaOrThrow(name.name.c_str(), name.overload_name.c_str()),
         std::move(arguments)});
}

void Kernels::repeat() const {
  const at::NoGradGuard no_grad;
  for (const auto& [kernel, arguments] : calls_) {
    torch::jit::Stack stack = arguments;
    kernel.callBoxed(stack);
  }
}

}  // namespace fedfr::bench
