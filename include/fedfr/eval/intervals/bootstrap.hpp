#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fedfr/eval/interval.hpp"

/// Intervals by drawing people, not pairs: two pairs with a person in common are not independent, and a draw
/// of pairs would give too narrow an interval.
namespace fedfr::eval {

struct BootstrapPlan {
  std::int64_t draws = 1000;
  std::uint64_t seed = 100;
  int threads = 1;  ///< the result does not depend on it
};

/// Works out figures of a set of people of whom each was drawn so many times. A pair counts as often as its
/// two people were drawn together: a genuine pair w times, an impostor pair w1 w2 times. Called from several
/// threads.
/// @param times    [people] how often each was drawn
/// @param figures  filled in a fixed order; NaN where one is undefined
using FiguresOfDraw = std::function<void(std::span<const std::uint32_t> times, std::span<double> figures)>;

/// As many people as there are, drawn with replacement; draw `number` is the same on every machine.
void draw_people(std::uint64_t seed, std::int64_t number, std::span<std::uint32_t> times);

/// For each figure the interval between the 2.5 % and the 97.5 % quantile of the draws (percentile method:
/// Efron, Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Weights of products as above are
/// Snijders and Borgatti's, Connections 22, 1999; where hardly any two pairs have a person in common they
/// give wider intervals than need be (Owen, Annals of Applied Statistics 1, 2007), never narrower ones.
/// @param people   N; fewer than two give undefined intervals
/// @param figures  how many
std::vector<Interval> bootstrap_intervals(std::int64_t people, std::size_t figures, const FiguresOfDraw& of,
                                          const BootstrapPlan& plan);

/// `after` minus `before` for the same draws: what both models find hard cancels.
FiguresOfDraw difference(FiguresOfDraw before, FiguresOfDraw after, std::size_t figures);

}  // namespace fedfr::eval
