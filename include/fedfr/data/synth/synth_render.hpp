#pragma once
#include <cstdint>

#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/synth/synth_face.hpp"

namespace fedfr::data::synth {

/// Draws one picture of a person: an orthographic camera, a deformed ellipsoid with a relief for the head,
/// signed distances with a smooth edge of one pixel for everything drawn on it.
/// @param noise_seed  of the sensor noise
Image render_face(const FaceIdentity& person, const FaceView& view, ImageSize size, std::uint64_t noise_seed);

/// Draws and renders image `image` of identity `identity`; a pure function of its arguments. Between machines
/// single pixels may differ by one level, since the C library's sine is not the same on every processor.
Image synthetic_face(std::uint64_t seed, std::uint64_t identity, std::uint64_t image, ImageSize size,
                     float nuisance = 1);

}  // namespace fedfr::data::synth
