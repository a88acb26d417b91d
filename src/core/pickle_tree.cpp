#include "pickle_tree.hpp"

#include <algorithm>
#include <unordered_map>

#include "fedfr/core/error.hpp"

// A pickle may refer to a value again and again, and a value may hold itself: ten lists that each hold the
// one before ten times are ten thousand million values for whoever walks over them. Here each value is looked
// at once, without recursion, and its extent is that of what a walk would meet.
namespace fedfr::pickle {

namespace {

constexpr std::size_t most_levels = 100;

struct Extent {
  std::size_t values = 1;
  std::size_t levels = 1;
};
constexpr Extent not_known{0, 0};  // of a value that holds the one that is looked at

struct Step {
  const Value* value;
  std::size_t next = 0;  // of its items
  Extent extent = {};    // of it with the items before
};

const std::vector<const Value*>& items_of(const Value& value) {
  static const std::vector<const Value*> none;
  const auto* items = std::get_if<std::vector<const Value*>>(&value.content);
  return items == nullptr ? none : *items;
}

void add_item(Step& step, const Extent& item, std::size_t most) {
  step.extent.values += item.values;
  step.extent.levels = std::max(step.extent.levels, item.levels + 1);
  if (step.extent.levels > most_levels)
    throw DataError("its byte {} begins a value that is nested more than {} levels deep", step.value->offset,
                    most_levels);
  if (step.extent.values > most)
    throw DataError(
        "its byte {} begins a value that refers to others so often that they come to more than {}",
        step.value->offset, most);
  ++step.next;
}

}  // namespace

void check_tree(const Value& root, std::size_t most) {
  std::unordered_map<const Value*, Extent> extents;  // of values with items
  std::vector<Step> path{{&root}};
  while (!path.empty()) {
    Step& step = path.back();
    const auto& items = items_of(*step.value);
    if (step.next == items.size()) {
      extents[step.value] = step.extent;
      path.pop_back();
      continue;
    }
    const Value* item = items[step.next];
    if (items_of(*item).empty()) {
      add_item(step, {}, most);
      continue;
    }
    const auto found = extents.find(item);
    if (found == extents.end()) {
      extents[step.value] = not_known;
      if (path.size() == most_levels) add_item(step, {.values = 1, .levels = most_levels}, most);
      path.push_back({item});
    } else if (found->second.values == 0) {
      throw DataError("its byte {} begins a value that holds itself", item->offset);
    } else {
      add_item(step, found->second, most);
    }
  }
}

}  // namespace fedfr::pickle
