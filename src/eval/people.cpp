#include "fedfr/eval/people.hpp"

#include <map>

namespace fedfr::eval {

NumberedPeople number_people(std::span<const std::int64_t> labels) {
  NumberedPeople people;
  std::map<std::int64_t, std::int32_t> numbers;
  for (const auto label : labels)
    people.numbers.push_back(numbers.emplace(label, static_cast<std::int32_t>(numbers.size())).first->second);
  people.count = std::ssize(numbers);
  return people;
}

}  // namespace fedfr::eval
