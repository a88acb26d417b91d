#include "fedfr/fl/parts/start.hpp"

namespace fedfr::fl {

Start own_start() {
  return [](const ClientStart& client) {
    const at::Tensor own = find(client.kept, kept::backbone);
    return own.defined() ? own : client.global;
  };
}

}  // namespace fedfr::fl
