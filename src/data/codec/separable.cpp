#include "separable.hpp"

#include <algorithm>
#include <cmath>

namespace fedfr::data {

void resample(std::span<const std::uint8_t> in, ImageSize size, const std::vector<Taps>& columns,
              const std::vector<Taps>& rows, std::span<std::uint8_t> out) {
  // One channel with its final width and its old height.
  std::vector<double> narrow(static_cast<std::size_t>(size.height) * columns.size());
  std::uint8_t* to = out.data();
  for (int c = 0; c < 3; ++c) {
    const std::uint8_t* from = in.data() + static_cast<std::ptrdiff_t>(c) * size.height * size.width;
    for (int y = 0; y < size.height; ++y) {
      for (std::size_t x = 0; x < columns.size(); ++x) {
        double sum = 0;
        for (std::size_t k = 0; k < columns[x].weights.size(); ++k)
          sum += columns[x].weights[k] * from[y * size.width + columns[x].first + static_cast<int>(k)];
        narrow[static_cast<std::size_t>(y) * columns.size() + x] = sum;
      }
    }
    for (const auto& row : rows) {
      for (std::size_t x = 0; x < columns.size(); ++x) {
        double sum = 0;
        for (std::size_t k = 0; k < row.weights.size(); ++k)
          sum += row.weights[k] * narrow[(static_cast<std::size_t>(row.first) + k) * columns.size() + x];
        *to++ = static_cast<std::uint8_t>(std::clamp(std::lround(sum), 0L, 255L));
      }
    }
  }
}

}  // namespace fedfr::data
