"""Text of machine-readable zones (ICAO 9303) and pictures of single lines with per-column truth.

Everything is drawn from `random.Random(seed)` and `numpy.random.default_rng(seed)`: the same seed gives the same data.
The face OCRBS (sharp corners) is never used for training: it is the held-out face of the tests.
"""
import math
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
BLANK = len(ALPHABET)
IGNORE = -100
FACES = "/usr/share/fonts/opentype/ocr-b/"
TRAIN_FACES = ["OCRB", "OCRB", "OCRB", "OCRBF", "OCRBL"]
TEST_FACES = ["OCRBS"]
PITCH, HEIGHT, STRIDE = 12, 24, 2  # of the straightened line that the network sees, in pixels
SURNAMES = ("GARCIA LOPEZ FERNANDEZ MUSTERMANN ERIKSSON SMITH JOHNSON NOVAK KOWALSKI ROSSI MARTIN DUBOIS SILVA SANTOS IVANOV "
            "NGUYEN HERNANDEZ OCONNOR VANDERBERG YILMAZ ZHANG QUISPE IBARRA WOJCIK MUNOZ JIMENEZ BJOERK XU ADEYEMI KHAN").split()
GIVEN = ("ANA MARIA JOSE LUIS CARMEN JUAN ERIKA ANNA PETER JAMES OLIVIA NOAH LIAM SOFIA LUCAS EMMA HUGO LEA MATEO VALENTINA "
         "DIEGO XAVIER QUENTIN WENDY ZOE YUSUF KAREN IGNACIO BO FJODOR").split()
COUNTRIES = "ESP D<< FRA ITA PRT UTO POL NLD BEL SWE CHL PER MEX ARG COL BRA USA GBR IND CHE AUT ROU".split()


def digit(text):
    value = lambda c: 0 if c == "<" else int(c, 36)
    return str(sum(value(c) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def pick(r, n, alphabet=ALPHABET[:36]):
    return "".join(r.choice(alphabet) for _ in range(n))


def name(r):
    word = lambda known: r.choice(known) if r.random() < 0.6 else pick(r, r.randint(2, 11), ALPHABET[10:36])
    join = lambda known: "<".join(word(known) for _ in range(r.choice([1, 1, 2, 2, 3])))
    return join(SURNAMES) + "<<" + join(GIVEN)


def date(r, first, last):
    return f"{r.randint(first, last) % 100:02d}{r.randint(1, 12):02d}{r.randint(1, 28):02d}"


def zone(r, kind):
    """The lines of one document of `kind`, every check digit right."""
    country = r.choice(COUNTRIES)
    number = pick(r, 9) if r.random() < 0.6 else pick(r, 3, ALPHABET[10:36]) + pick(r, 6, "0123456789")
    if r.random() < 0.1:
        number = number[:8] + "<"
    birth, expiry, sex = date(r, 40, 105), date(r, 126, 136), r.choice("MMMFFF<")
    number, birth, expiry = number + digit(number), birth + digit(birth), expiry + digit(expiry)
    full = name(r)
    pad = lambda text, n: text[:n].ljust(n, "<")
    if kind == "TD1":
        one = pad(r.choice(["ID", "I<", "AC"]) + country + number + (pick(r, r.choice([0, 9, 15]))), 30)
        opt = pad(pick(r, r.choice([0, 0, 0, 11, 5])), 11)
        two = birth + sex + expiry + country + opt
        return [one, two + digit(one[5:30] + two[0:7] + two[8:15] + two[18:29]), pad(full, 30)]
    if kind == "TD2":
        two = number + country + birth + sex + expiry + pad(pick(r, r.choice([0, 7])), 7)
        return [pad(r.choice(["ID", "I<"]) + country + full, 36), two + digit(two[0:10] + two[13:20] + two[21:35])]
    personal = pad(pick(r, r.choice([0, 0, 14, 9])), 14)
    tail = "<" if personal == "<" * 14 and r.random() < 0.5 else digit(personal)
    two = number + country + birth + sex + expiry + personal + tail
    return [pad(r.choice(["P<", "P<", "PD", "PO"]) + country + full, 44), two + digit(two[0:10] + two[13:20] + two[21:43])]


_fonts = {}


def font(face, pitch):
    key = (face, round(pitch, 2))
    if key not in _fonts:
        probe = ImageFont.truetype(f"{FACES}{face}.otf", 100).getlength("0")
        _fonts[key] = ImageFont.truetype(f"{FACES}{face}.otf", pitch * 100 / probe)
    return _fonts[key]


def ink(lines, face, pitch, spacing, margin, r, weight=0.0, size=1.0):
    """Ink coverage (0..1) of the lines at `pitch` px a letter, the letters `size` times as large as the face has them for that pitch;
    returns it and the y of each line's middle."""
    f = font(face, pitch * size)
    inset = pitch * (1 - size) / 2
    rows = len(lines)
    w, h = int(len(lines[0]) * pitch + 2 * margin), int((rows - 1) * spacing + 2 * margin)
    im = Image.new("L", (w, h), 0)
    d = ImageDraw.Draw(im)
    box = f.getbbox("H")
    middle = (box[1] + box[3]) / 2
    mids = []
    for row, line in enumerate(lines):
        mid = margin + row * spacing
        mids.append(mid)
        for i, c in enumerate(line):
            d.text((margin + i * pitch + inset + r.gauss(0, 0.012 * pitch), mid - middle + r.gauss(0, 0.008 * pitch)), c, font=f, fill=255)
    a = np.asarray(im)
    if face == "OCRBF":  # outline: fill it to a bold face
        k = max(3, int(pitch * 0.13) | 1)
        a = cv2.morphologyEx(a, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k)))
    if face == "OCRBL":  # oblique: mostly upright again, the rest of the slant stays
        s = r.uniform(0.12, 0.2)
        for mid in mids:
            top, bot = int(max(0, mid - pitch)), int(min(h, mid + pitch))
            a = a.copy()
            a[top:bot] = cv2.warpAffine(a[top:bot], np.float32([[1, s, -s * (mid - top)], [0, 1, 0]]), (w, bot - top))
    if weight:
        k = int(round(abs(weight) * pitch))
        if k >= 1:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k + 1, k + 1))
            a = cv2.dilate(a, kernel) if weight > 0 else cv2.erode(a, kernel)
    return a.astype(np.float32) / 255, mids


def defects(a, r, g, pitch, most=1.0):
    """Worn and badly printed ink: holes, faint bands, dots; `most` above 1 makes faint bands more and fainter (training)."""
    h, w = a.shape
    if r.random() < 0.35:
        grain = cv2.resize(g.standard_normal((h // 3 + 1, w // 3 + 1)).astype(np.float32), (w, h))
        a = a * np.clip(1.2 - np.maximum(0, grain - r.uniform(0.8, 1.8)), 0, 1)
    if r.random() < 0.25 * most:
        band = cv2.resize(g.uniform(r.uniform(0.3 / most, 0.8), 1, (1, max(2, int(w / pitch / 3)))).astype(np.float32), (w, h))
        a = a * band
    if r.random() < 0.2:
        for _ in range(r.randint(1, 8)):
            cv2.circle(a, (r.randrange(w), r.randrange(h)), max(1, int(pitch * r.uniform(0.02, 0.09))), r.choice([0.0, 1.0]), -1)
    return a


def pattern(h, w, scale, r, g, most=1.0):
    """A printed background, 0..1: guilloche lines, gradients, blots. `scale` is px a millimetre; `most` above 1 makes it darker (training)."""
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32) / scale
    out = np.full((h, w), r.uniform(0.6, 0.98), np.float32)
    out += r.uniform(-0.1, 0.1) * (xx / max(1e-3, xx.max()) - 0.5) + r.uniform(-0.08, 0.08) * (yy / max(1e-3, yy.max()) - 0.5)
    for _ in range(r.choice([0, 1, 2, 3])):
        f1, f2, phase, t = r.uniform(0.5, 5), r.uniform(0.1, 1.2), r.uniform(0, 6), r.uniform(0, 3.14)
        cos, sin = math.cos(t), math.sin(t)  # not numpy's: its scalars would make the arrays twice as wide, and slow
        u, v = xx * cos + yy * sin, yy * cos - xx * sin
        wave = np.sin(u * f1 + r.uniform(1, 6) * np.sin(v * f2 + phase))
        line = np.abs(wave) < r.uniform(0.05, 0.3) if r.random() < 0.6 else wave
        out -= line * np.float32(r.uniform(0.01, 0.12 * most))
    return out


def camera(img, r, g, hard):
    """What a camera and its compression do to a picture in 0..1; returns 8-bit luma."""
    h, w = img.shape
    if r.random() < 0.3 * hard:
        x, y, s = r.uniform(0, w), r.uniform(0, h), r.uniform(0.05, 0.25) * w
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        img = img + r.uniform(0.1, 0.8) * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * s * s))
    img = cv2.GaussianBlur(img, (0, 0), r.uniform(0.25, 0.5 + 0.75 * hard))
    if r.random() < 0.25 * hard:
        n = r.randint(2, 4)
        k = np.zeros((9, 9), np.float32)
        t = r.uniform(0, 3.14)
        for q in np.linspace(-n / 2, n / 2, 20):
            k[int(round(4 + q * np.sin(t))), int(round(4 + q * np.cos(t)))] = 1
        img = cv2.filter2D(img, -1, k / k.sum())
    if r.random() < 0.2:  # sharpening of phones: halos
        img = img + r.uniform(0.3, 1.5) * (img - cv2.GaussianBlur(img, (0, 0), r.uniform(0.8, 2)))
    if r.random() < 0.2:  # low contrast
        img = img * (c := r.uniform(0.35, 0.8)) + r.uniform(0.1, 1 - c)
    gain = r.uniform(1 - 0.65 * hard, 1.05)
    img = np.clip(img * gain, 0, 1) ** r.uniform(0.8, 1.25) * 255
    noise = g.standard_normal(img.shape).astype(np.float32) * r.uniform(0.5, 1.5 + 7 * hard * (1 if r.random() < 0.4 else 0.4))
    if r.random() < 0.5:
        noise = cv2.GaussianBlur(noise, (3, 3), 0.6) * 1.5
    img = np.clip(img + noise, 0, 255).astype(np.uint8)
    if r.random() < 0.85:
        img = cv2.imdecode(cv2.imencode(".jpg", img, [1, r.randint(int(95 - 45 * hard), 96)])[1], 0)
    return img


def bent(a, g, pitch, by):
    """The letters a little out of shape, each in its own way, as other cuts of the face are: `by` is in letters."""
    h, w = a.shape
    cell = pitch * 0.6
    field = lambda: cv2.resize(g.standard_normal((int(h / cell) + 2, int(w / cell) + 2)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    y, x = np.indices((h, w), np.float32)
    return cv2.remap(a, x + field() * (by * pitch), y + field() * (by * pitch), cv2.INTER_LINEAR)


def line_samples(seed, count=3, width=300):
    """`count` training strips of one page: HEIGHT x width of 8 bits, and the class of each column of the network's output."""
    r, g = random.Random(seed), np.random.default_rng(seed)
    if r.random() < 0.55:
        lines = zone(r, r.choice(["TD1", "TD2", "TD3"]))
    else:
        n, rows = r.choice([30, 36, 44]), r.choice([2, 3])
        text = lambda: "".join(pick(r, r.randint(1, 9)) if r.random() < 0.75 else "<" * r.randint(1, 8) for _ in range(14))
        lines = [text().ljust(n, "<")[:n] for _ in range(rows)]
    hi = 36
    spacing = hi * r.uniform(1.5, 1.9)
    margin = hi * 4
    weight = r.choice([0, 0, r.uniform(-0.05, 0.07), r.uniform(-0.05, 0.07)])
    size = r.choice([1, 1, r.choice([0.86, 0.9, 0.94, 0.97, 1.03, 1.06, 1.09])])
    a, mids = ink(lines, r.choice(TRAIN_FACES), hi, spacing, margin, r, weight, size)
    if r.random() < 0.35:
        a = bent(a, g, hi, r.uniform(0.01, 0.035))
    most = r.choice([1, 1, 2])
    a = defects(a, r, g, hi, most)
    h, w = a.shape  # backgrounds at half size: their details are coarser than the letters'
    base = cv2.resize(pattern(h // 2, w // 2, hi / 2.54 / 2, r, g, most), (w, h))
    if r.random() < 0.2:  # the document's edge near the line's ends
        edge = int(hi * r.uniform(0.3, 3.6))
        base[:, :edge] = base[:, -edge:] = r.uniform(0, 1)
    dark = np.float32(r.uniform(0.02, 0.25))
    page = base + a * (np.minimum(base, dark) * np.float32(r.uniform(0.75, 1)) - base)
    return [strip(page, lines, row, mids, hi, margin, width, r, g) for row in (r.randrange(len(lines)) for _ in range(count))]


def strip(page, lines, row, mids, hi, margin, width, r, g):
    """Part of a line of the page as a camera and a finder with its errors give it, and the class of each column."""
    if r.random() < 0.2 and row == len(lines) - 1:  # the document's edge below the line
        page = page.copy()
        page[int(mids[row] + hi * r.uniform(1.0, 2)):] = r.uniform(0, 0.8)
    # what lies left of the middle of the window is chosen so that both ends of the line occur
    n = len(lines[0])
    start = r.uniform(-2.5, n - width / PITCH + 2.5)
    # to the camera: px a letter there
    cam = r.choice([r.uniform(5.2, 8), r.uniform(6.5, 10), r.uniform(8, 15), r.uniform(12, 28)])
    angle, shear = np.deg2rad(r.gauss(0, 6)), r.uniform(-0.08, 0.08)
    k = cam / hi
    rot = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.array([[1, shear], [0, r.uniform(0.86, 1.1)]]) * k
    centre = np.array([margin + (start + width / PITCH / 2) * hi, mids[row]])
    cw, ch = int(cam * (width / PITCH + 3)), int(cam * (3.2 + abs(np.sin(angle)) * width / PITCH))
    shift = np.array([cw / 2, ch / 2]) - rot @ centre
    soft = cv2.GaussianBlur(page, (0, 0), 0.42 * hi / cam)
    shot = cv2.warpAffine(soft, np.hstack([rot, shift[:, None]]), (cw, ch), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    hard = r.choice([0.2, 0.5, 0.8, 1.0]) * (1 if cam > 8 else 0.6)
    shot = camera(shot, r, g, hard)
    # straightened with the errors that a finder makes
    sx, sy = r.uniform(0.87, 1.13), r.uniform(0.85, 1.15)
    turn, slope = np.deg2rad(r.gauss(0, 0.5)), r.gauss(0, 0.03)
    back = np.array([[PITCH / cam * sx, slope], [0, PITCH / cam * sy]]) @ np.array(
        [[np.cos(angle + turn), np.sin(angle + turn)], [-np.sin(angle + turn), np.cos(angle + turn)]])
    off = np.array([width / 2, HEIGHT / 2 + r.gauss(0, 1.0)]) - back @ np.array([cw / 2, ch / 2])
    src = cv2.GaussianBlur(shot, (0, 0), 0.4 * cam / PITCH) if cam > PITCH * 1.3 else shot
    image = cv2.warpAffine(src, np.hstack([back, off[:, None]]), (width, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if r.random() < 0.04:
        image = 255 - image
    label = np.full(width // STRIDE, BLANK, np.int64)
    whole = back @ rot
    columns = np.arange(width // STRIDE) * STRIDE + STRIDE / 2
    for i, c in enumerate(lines[row]):
        p = np.array([margin + (i + 0.5) * hi, mids[row]])
        x = (whole @ (p - centre))[0] + width / 2
        reach = np.abs(columns - x) / (PITCH * sx)
        label[(reach < 0.4) & (reach >= 0.25)] = IGNORE
        label[reach < 0.25] = ALPHABET.index(c)
    return image, label


if __name__ == "__main__":
    rows = [s[0] for n in range(14) for s in line_samples(n)]
    Image.fromarray(np.vstack(rows)).resize((900, 42 * 72)).save("/tmp/strips.png")
