#!/usr/bin/env python3
"""Makes the pictures beside it, one of each kind that users have, and `expected.txt`: the pixels that Pillow reads of
them, which fedfr has to read as well. Run by hand, with Pillow 10 or newer and libjpeg-turbo's cjpeg and jpegtran:

    python3 tests/unit/data/pictures/make.py

Each line of expected.txt has the name, HEIGHTxWIDTH and the CRC32C of the RGB bytes [H,W,3], or "refused". The drawing
is synthetic. Where fedfr departs from Pillow on purpose, `departs` says so and how.
"""
import io
import math
import struct
import subprocess
import zlib
from pathlib import Path

from PIL import Image, ImageOps

here = Path(__file__).parent
files = {}


def drawing(width, height, channels):
    """Bytes [H,W,C] with slopes, waves and an edge; neither mirrored nor turned does it equal itself."""
    out = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                value = 120 + 50 * math.sin(x / (3 + c)) + 40 * math.cos(y / (4 - c % 3) + c) + x - 2 * y
                out.append(max(0, min(255, int(value + (60 if x > 2 * y else 0)))))
    return bytes(out)


def picture(mode="RGB", size=(29, 22)):
    return Image.frombytes(mode, size, drawing(*size, len(Image.new(mode, (1, 1)).getbands())))


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def ppm(image):
    return saved(image, "PPM")


def tool(*command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


# PNG, chunk by chunk, since Pillow writes few of its kinds.


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(values, bits):
    """Rows of values of 1 to 16 bits as PNG lays them out."""
    text = "".join(format(value, f"0{bits}b") for value in values)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(bits, colour, before=b"", after=b"", interlaced=False, size=(13, 9), values=None):
    """colour: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha"""
    width, height = size
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    if values is None:
        low = drawing(width, height, channels)
        other = drawing(width, height, channels)[::-1]  # the low bytes of 16 bits
        values = [(v << 8 | o) if bits == 16 else v >> (8 - bits) for v, o in zip(low, other)]
    rows = b""
    for x0, y0, dx, dy in adam7 if interlaced else [(0, 0, 1, 1)]:
        for y in range(y0, height, dy):
            row = [values[(y * width + x) * channels + c] for x in range(x0, width, dx) for c in range(channels)]
            rows += b"\0" + packed(row, bits) if row else b""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", zlib.compress(rows, 9)) + after
            + chunk(b"IEND", b""))


def palette(count):
    return chunk(b"PLTE", bytes((i * 37 + c * 80) % 256 for i in range(count) for c in range(3)))


for bits in 1, 2, 4, 8, 16:
    files[f"grey{bits}.png"] = png(bits, 0)
    files[f"grey{bits}_interlaced.png"] = png(bits, 0, interlaced=True)
files["grey8_transparent.png"] = png(8, 0, chunk(b"tRNS", b"\0\x80"))
files["grey4_transparent.png"] = png(4, 0, chunk(b"tRNS", b"\0\x08"))
for bits in 8, 16:
    files[f"rgb{bits}.png"] = png(bits, 2)
    files[f"grey_alpha{bits}.png"] = png(bits, 4)
    files[f"rgb_alpha{bits}.png"] = png(bits, 6)
files["rgb16_transparent.png"] = png(16, 2, chunk(b"tRNS", b"\0\x80\0\x80\0\x80"))
files["rgb_alpha16_interlaced.png"] = png(16, 6, interlaced=True)
for bits in 1, 2, 4, 8:
    files[f"palette{bits}.png"] = png(bits, 3, palette(2**bits))
files["palette8_transparent.png"] = png(8, 3, palette(256) + chunk(b"tRNS", bytes(range(256))))
files["palette2_one_transparent.png"] = png(2, 3, palette(4) + chunk(b"tRNS", b"\xff\0"))
files["palette4_interlaced.png"] = png(4, 3, palette(16), interlaced=True)
files["gamma_1_0.png"] = png(8, 2, chunk(b"gAMA", struct.pack(">I", 100000)))
files["gamma_2_2_grey16.png"] = png(16, 0, chunk(b"gAMA", struct.pack(">I", 45455)))
files["gamma_rgb16.png"] = png(16, 2, chunk(b"gAMA", struct.pack(">I", 100000)))
files["srgb_chrm.png"] = png(8, 2, chunk(b"sRGB", b"\0") + chunk(b"cHRM", struct.pack(">8I", *[31270] * 8)))
files["bad_profile.png"] = png(8, 2, chunk(b"iCCP", b"broken\0\0" + b"no zlib"))
files["background.png"] = png(8, 6, chunk(b"bKGD", b"\0\xff\0\0\0\0") + chunk(b"sBIT", b"\5\5\5\5"))
files["one_pixel.png"] = png(8, 2, size=(1, 1))
files["one_pixel_interlaced.png"] = png(8, 2, size=(1, 1), interlaced=True)
files["one_row.png"] = png(8, 2, size=(40, 1))
files["one_column.png"] = png(8, 2, size=(1, 40))
files["no_end.png"] = png(8, 2)[:-12]
files["text_after.png"] = png(8, 2, after=chunk(b"tEXt", b"Comment\0after the pixels"))
files["junk_after.png"] = png(8, 2) + b"junk"

# EXIF


def tiff(orientation, order="<", kind=3):
    """An EXIF block with three entries; of them the second is the orientation."""
    number = {3: "H2x", 4: "I"}[kind]
    entries = [struct.pack(order + "HHII", 0x010F, 2, 6, 8 + 2 + 3 * 12 + 4),
               struct.pack(order + "HHI" + number, 0x0112, kind, 1, orientation),
               struct.pack(order + "HHIH2x", 0x0128, 3, 1, 2)]
    mark = b"II\x2a\0" if order == "<" else b"MM\0\x2a"
    return mark + struct.pack(order + "IH", 8, 3) + b"".join(entries) + b"\0" * 4 + b"fedfr\0"


def marker(code, data):
    return b"\xff" + bytes([code]) + struct.pack(">H", len(data) + 2) + data


def with_app1(jpeg, *blocks):
    return jpeg[:2] + b"".join(marker(0xE1, block) for block in blocks) + jpeg[2:]


def xmp(orientation):
    return (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>' % orientation)


exif_mark, xmp_mark = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
plain = saved(picture(), "JPEG", quality=90)
for orientation in range(10):  # 0 and 9 make no sense
    files[f"orientation{orientation}.jpg"] = with_app1(plain, exif_mark + tiff(orientation, "<>"[orientation % 2]))
files["orientation_long.jpg"] = with_app1(plain, exif_mark + tiff(6, ">", 4))
files["orientation_after_comment.jpg"] = plain[:2] + marker(0xFE, b"hello") + with_app1(plain, exif_mark + tiff(8))[2:]
files["orientation_xmp.jpg"] = with_app1(plain, xmp_mark + xmp(6))
files["orientation_exif_and_xmp.jpg"] = with_app1(plain, xmp_mark + xmp(6), exif_mark + tiff(3))
files["orientation_in_two_markers.jpg"] = with_app1(plain, exif_mark + tiff(5)[:20], exif_mark + tiff(5)[20:])
files["orientation_entry_beyond_end.jpg"] = with_app1(plain, exif_mark + tiff(6).replace(b"\x2e\0\0\0", b"\xff\0\0\0"))
files["orientation_cut_short.jpg"] = with_app1(plain, exif_mark + tiff(6)[:30])
files["orientation_cut_after.jpg"] = with_app1(plain, exif_mark + tiff(6)[:36])
files["orientation_endless_directory.jpg"] = with_app1(plain, exif_mark + tiff(6)[:4] + b"\xff\xff\xff\xff")
files["orientation_grey.jpg"] = with_app1(saved(picture("L"), "JPEG", quality=90), exif_mark + tiff(7))
files["orientation6.png"] = png(8, 2, chunk(b"eXIf", tiff(6)))
files["orientation6_marked.png"] = png(8, 2, chunk(b"eXIf", exif_mark + tiff(6)))
files["orientation_twice.png"] = png(8, 2, chunk(b"eXIf", tiff(3)) + chunk(b"eXIf", tiff(6)))
files["orientation8_after.png"] = png(8, 6, after=chunk(b"eXIf", tiff(8, ">")))
profile = b"\nexif\n%8d\n" % len(exif_mark + tiff(7)) + (exif_mark + tiff(7)).hex().encode() + b"\n"
files["orientation7_profile.png"] = png(8, 2, chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile)))
files["orientation5_xmp.png"] = png(8, 2, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(5)))
files["orientation6_xmp_packed.png"] = png(
    8, 2, chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp(6))))

# JPEG

files["grey.jpg"] = saved(picture("L"), "JPEG", quality=90)
for name, subsampling in ("444", 0), ("422", 1), ("420", 2):
    files[f"rgb_{name}.jpg"] = saved(picture(), "JPEG", quality=80, subsampling=subsampling)
for name, sample in ("440", "1x2"), ("411", "4x1"), ("410", "4x2"), ("1x4", "1x4"), ("mixed", "2x2,1x2,2x1"):
    files[f"rgb_{name}.jpg"] = tool("cjpeg", "-quality", "85", "-sample", sample, data=ppm(picture()))
files["progressive.jpg"] = saved(picture(), "JPEG", quality=80, progressive=True)
files["progressive_grey.jpg"] = saved(picture("L"), "JPEG", quality=80, progressive=True)
files["arithmetic.jpg"] = tool("cjpeg", "-arithmetic", data=ppm(picture()))
files["arithmetic_progressive.jpg"] = tool("cjpeg", "-arithmetic", "-progressive", data=ppm(picture()))
files["restart.jpg"] = tool("cjpeg", "-restart", "1", data=ppm(picture(size=(40, 33))))
files["restart_blocks.jpg"] = tool("cjpeg", "-restart", "2B", data=ppm(picture(size=(40, 33))))
files["adobe_rgb.jpg"] = tool("cjpeg", "-rgb", "-quality", "90", data=ppm(picture()))
files["adobe_rgb_marked.jpg"] = files["adobe_rgb.jpg"][:2] + marker(0xEE, b"Adobe\0\x64\0\0\0\0\0") + \
    files["adobe_rgb.jpg"][2:]
files["adobe_ycc.jpg"] = plain[:2] + marker(0xEE, b"Adobe\0\x64\0\0\0\0\1") + plain[20:]
files["no_jfif.jpg"] = plain[:2] + plain[20:]
files["cmyk.jpg"] = saved(picture("CMYK"), "JPEG", quality=90)
adobe_at = files["cmyk.jpg"].index(b"Adobe")
files["ycck.jpg"] = files["cmyk.jpg"][: adobe_at + 11] + b"\2" + files["cmyk.jpg"][adobe_at + 12 :]
files["cmyk_unmarked.jpg"] = files["cmyk.jpg"][: adobe_at - 4] + files["cmyk.jpg"][adobe_at + 12 :]
files["cmyk_progressive.jpg"] = saved(picture("CMYK"), "JPEG", quality=90, progressive=True)
files["cmyk_orientation6.jpg"] = with_app1(files["cmyk.jpg"], exif_mark + tiff(6))
for width, height in (1, 1), (1, 17), (17, 1), (7, 9), (16, 16), (33, 31):
    files[f"size_{height}x{width}.jpg"] = saved(picture(size=(width, height)), "JPEG", quality=85)
scan = plain.index(b"\xff\xda")
files["spare_bytes.jpg"] = plain[:scan] + b"spare" + plain[scan:]
files["spare_before_end.jpg"] = plain[:-2] + b"\0spare" + plain[-2:]
files["fill_bytes.jpg"] = plain[:scan] + b"\xff\xff\xff" + plain[scan:]
files["junk_after.jpg"] = plain + b"junk" * 5
files["no_end.jpg"] = plain[:-2]
files["cut_short.jpg"] = plain[:-60]
files["cut_short_with_end.jpg"] = plain[:-60] + b"\xff\xd9"
files["cut_in_header.jpg"] = plain[:100]
files["progressive_cut.jpg"] = files["progressive.jpg"][:-30]
files["restart_lost.jpg"] = files["restart.jpg"].replace(b"\xff\xd1", b"\xff\xd3", 1)
files["bad_code.jpg"] = plain[:-80] + bytes([plain[-80] ^ 0x5A]) + plain[-79:]
files["thumbnail.jpg"] = with_app1(plain, exif_mark + tiff(1) + saved(picture(size=(8, 8)), "JPEG"))
files["cut_short.png"] = png(8, 2)[:-60]
files["only_a_header.png"] = png(8, 2)[:33]
files["orientation_no_tiff.jpg"] = with_app1(plain, exif_mark + b"no TIFF file")
files["huge_chunk.png"] = png(8, 2, chunk(b"iCCP", b"large\0\0" + b"not read " * 40), chunk(b"prVt", bytes(3000)))

# fedfr takes the high byte of 16-bit grey, as OpenCV and TensorFlow do; Pillow cuts off at 255, so that all is white.
departs = {name: "high byte" for name in files if "grey16" in name}


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def read(path):
    image = Image.open(path)
    if path.name in departs:
        image.load()
        image = Image.frombytes("L", image.size, image.tobytes()[1::2])
    try:
        image = ImageOps.exif_transpose(image)
    except SyntaxError:
        pass  # Pillow's complaint of EXIF that is no TIFF file
    image = image.convert("RGB")
    return f"{image.height}x{image.width} {crc32c(image.tobytes()):08x}"


for old in list(here.glob("*.jpg")) + list(here.glob("*.png")):
    old.unlink()
lines = []
for name, content in sorted(files.items()):
    (here / name).write_bytes(content)
    try:
        lines.append(f"{name} {read(here / name)}")
    except Exception as e:
        print(name, type(e).__name__, e)
        lines.append(f"{name} refused")
(here / "expected.txt").write_text("\n".join(lines) + "\n")
