#pragma once
#include <string_view>

#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

/// How a picture is stored, by EXIF's Orientation tag (CIPA DC-008, 4.6.5): 1 upright, 2 mirrored, 3 on its
/// head, 4 mirrored and on its head, 5 to 8 lying on a side (5 and 7 mirrored).
/// @param exif  a TIFF file as EXIF holds it (perhaps behind "Exif\0\0"), or empty; a broken one has no word
/// @param xmp   an XMP packet, or empty; counts if EXIF has no such tag
/// @return 1 to 8; 1 if neither tells or what they tell makes no sense
int find_orientation(std::string_view exif, std::string_view xmp);

/// Turns what is stored with `orientation` upright.
Image upright(Image image, int orientation);

}  // namespace fedfr::data
