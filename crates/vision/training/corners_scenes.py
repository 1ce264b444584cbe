"""Pictures of documents before a camera, with their corners and a mask: training and measuring of the corner finder.

Everything is drawn from `random.Random(seed)` and `numpy.random.default_rng(seed)`: the same seed gives the same scene. Seeds below
1,000,000 are for measuring only, and only they use the backgrounds in HELD_OUT.
"""
import math
import random
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 360
MEASURING = 1_000_000
WORDS = "IDENTITY CARD PASSPORT REPUBLIC NAME SURNAME DATE OF BIRTH NATIONALITY SEX M F DOCUMENT NUMBER VALID UNTIL 12 03 1987 ABC123456".split()
FONTS = [cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_COMPLEX]
HELD_OUT = ("bricks", "terrazzo")
KINDS = ["plain", "wood", "cloth", "noise", "desk", "photo", "photo", "page", "keys", "gradient", "tiles", "stripes", "panes"]
# from this seed on backgrounds are also lines, boards and shards, and bands lie over pictures: their edges must not pass for the document's
LINED = 5_000_000
# from this one on documents lie straight, and each picture has a band
STRAIGHT = 6_000_000
# from this one on the band lies close above
CLOSE_BY = 7_000_000
_photos = None


def photos():
    """Photographs that Python packages ship (scikit-image, scikit-learn: public domain or free); none is fine too."""
    global _photos
    if _photos is None:
        _photos = []
        try:
            import skimage
            folder = Path(skimage.__file__).parent / "data"
            for file in sorted(folder.glob("*.png")) + sorted(folder.glob("*.jpg")):
                picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
                if picture is not None and min(picture.shape[:2]) >= 200:
                    _photos.append(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        except ImportError:
            pass
    return _photos


def colour(r, low=0, high=255, saturation=1.0):
    c = np.array([r.uniform(low, high) for _ in range(3)])
    return tuple((c.mean() + (c - c.mean()) * saturation).clip(0, 255))


def smooth(g, h, w, cells):
    small = g.standard_normal((max(2, cells * h // w + 1), max(2, cells), 1)).astype(np.float32)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC).reshape(h, w, 1)


def background(r, g, seed):
    h, w = HEIGHT, WIDTH
    if seed < MEASURING and r.random() < 0.5:
        kind = r.choice(HELD_OUT)
    else:
        kind = r.choice(KINDS + ["grid", "boards", "shards"] * 2 if seed >= LINED else KINDS)
    base = np.array(colour(r, 10, 245, r.uniform(0, 1)), np.float32)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    if kind == "photo" and photos():
        p = r.choice(photos())
        s = r.uniform(0.35, 1)
        ph = int(min(p.shape[0], p.shape[1] * h / w) * s)
        pw = int(ph * w / h)
        ph, pw = max(40, min(ph, p.shape[0])), max(60, min(pw, p.shape[1]))
        y, x = r.randint(0, p.shape[0] - ph), r.randint(0, p.shape[1] - pw)
        img = cv2.resize(p[y:y + ph, x:x + pw], (w, h), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        if r.random() < 0.5:
            img = img[:, ::-1].copy()
        return img * r.uniform(0.5, 1.2)
    img = np.ones((h, w, 3), np.float32) * base
    if kind == "wood":
        t = r.uniform(-0.3, 0.3) + r.choice([0, 0, 1.57])
        u, v = xx * math.cos(t) + yy * math.sin(t), yy * math.cos(t) - xx * math.sin(t)
        grain = np.sin(v * r.uniform(0.1, 0.6) + 3 * smooth(g, h, w, r.randint(3, 9))[..., 0] + u * 0.01)
        img += grain[..., None] * r.uniform(4, 30)
        if r.random() < 0.5:
            for k in range(0, 700, r.randint(60, 200)):
                img[np.abs(v - k) < 1.2] *= 0.6
    elif kind == "cloth":
        f = r.uniform(0.5, 2)
        img += (np.sin(xx * f) * np.sin(yy * f))[..., None] * r.uniform(3, 25)
    elif kind in ("tiles", "stripes"):
        step = r.randint(20, 120)
        if kind == "tiles":
            m = ((xx // step + yy // step) % 2)[..., None]
        else:
            t = r.uniform(0, 3.14)
            m = (((xx * math.cos(t) + yy * math.sin(t)) // step) % 2)[..., None]
        img = img * (1 - m) + np.array(colour(r, 10, 245, 0.7), np.float32) * m
    elif kind == "bricks":
        high, long = r.randint(16, 60), r.randint(40, 150)
        rows = (yy // high).astype(int)
        along = xx + (rows % 2) * long / 2
        tone = g.standard_normal((64, 64)).astype(np.float32)[rows % 64, (along // long).astype(int) % 64]
        img += tone[..., None] * r.uniform(0, 20)
        img[(yy % high < 2.5) | (along % long < 2.5)] = colour(r, 60, 230, 0.3)
    elif kind == "terrazzo":
        seeds = g.uniform(0, 1, (r.randint(15, 150), 2)) * (w, h)
        near = np.full((h, w), 1e9, np.float32)
        which = np.zeros((h, w), int)
        for i, (x, y) in enumerate(seeds):
            d = (xx - x) ** 2 + (yy - y) ** 2
            which[d < near] = i
            near = np.minimum(near, d)
        tones = np.array([colour(r, 20, 240, r.uniform(0, 1)) for _ in range(8)], np.float32)
        img = img * 0.5 + tones[which % 8] * 0.5
    elif kind == "grid":  # lines across each other at any angle, fields of like tones between
        t, s = r.uniform(0, 3.14), r.choice([1.57, 1.57, r.uniform(0.6, 1.57)])
        along = [(xx * math.cos(a) + yy * math.sin(a)) / r.uniform(12, 130) + r.uniform(0, 1) for a in (t, t + s)]
        cells = [np.floor(v).astype(int) for v in along]
        if r.random() < 0.6:
            tone = g.standard_normal((64, 64, 1 if r.random() < 0.6 else 3)).astype(np.float32)
            img += tone[cells[0] % 64, cells[1] % 64] * r.uniform(0, 22)
        line, part = np.array(colour(r, 0, 255, 0.5), np.float32), r.uniform(0.015, 0.12)
        for v, c in zip(along, cells):
            if r.random() < 0.85:
                img[(v - c) < part] = line
    elif kind == "boards":
        t = r.choice([0, 1.57, r.uniform(0, 3.14)])
        u, v = xx * math.cos(t) + yy * math.sin(t), yy * math.cos(t) - xx * math.sin(t)
        wide = r.uniform(25, 160)
        which = np.floor(v / wide).astype(int)
        img += g.standard_normal((64, 3)).astype(np.float32)[which % 64] * r.uniform(2, 25)
        ends = g.uniform(0, 1, 64).astype(np.float32)[which % 64] * 400
        gap = ((v % wide) < r.uniform(1, 4)) | (np.abs((u + ends) % r.uniform(200, 600)) < r.uniform(1, 4))
        img[gap] *= r.choice([0.4, 0.7, 1.3])
    elif kind == "shards":
        tones = [colour(r, 10, 245, r.uniform(0, 1)) for _ in range(6)]
        for _ in range(r.randint(20, 160)):
            at = np.array([r.uniform(0, w), r.uniform(0, h)])
            size = r.uniform(15, 120)
            shard = at + g.uniform(-size, size, (r.choice([3, 3, 4]), 2))
            cv2.fillConvexPoly(img, cv2.convexHull(shard.astype(np.int32)), r.choice(tones), cv2.LINE_AA)
    elif kind == "panes":  # windows, shelves, screens: upright lines and rectangles
        for _ in range(r.randint(2, 9)):
            x, y = r.randint(-80, w), r.randint(-80, h)
            x2, y2 = x + r.randint(30, 380), y + r.randint(30, 300)
            cv2.rectangle(img, (x, y), (x2, y2), colour(r, 0, 255, r.uniform(0, 1)), -1 if r.random() < 0.6 else r.randint(1, 14))
    elif kind == "noise":
        for cells in (4, 12, 40, 120):
            img += smooth(g, h, w, cells) * r.uniform(0, 25)
    elif kind == "gradient":
        img += ((xx / w - 0.5) * r.uniform(-120, 120) + (yy / h - 0.5) * r.uniform(-120, 120))[..., None]
    elif kind in ("desk", "page", "keys"):
        for _ in range(r.randint(1, 6)):
            stray(img, r, g)
        if kind == "keys":
            step = r.randint(18, 40)
            dark = np.array(colour(r, 10, 80, 0.2))
            x0, y0 = r.randint(-100, 300), r.randint(-60, 200)
            for i in range(12):
                for j in range(5):
                    cv2.rectangle(img, (x0 + i * step, y0 + j * step), (x0 + i * step + int(step * 0.85), y0 + j * step + int(step * 0.85)), tuple(dark), -1)
    img += smooth(g, h, w, r.randint(2, 5)) * r.uniform(0, 20) + smooth(g, h, w, 60) * r.uniform(0, 8)
    return img


def stray(img, r, g):
    """Things that lie about and are no document: plain sheets, pages of text, books, telephones, cups."""
    cx, cy = r.uniform(-50, WIDTH + 50), r.uniform(-50, HEIGHT + 50)
    w, h, t = r.uniform(60, 420), r.uniform(40, 300), r.uniform(0, 3.14)
    box = cv2.boxPoints(((cx, cy), (w, h), math.degrees(t))).astype(np.int32)
    what = r.random()
    c = colour(r, 0, 255, r.uniform(0, 1))
    if what < 0.3:
        cv2.ellipse(img, (int(cx), int(cy)), (int(w / 2), int(h / 2)), math.degrees(t), 0, 360, c, -1)
        if r.random() < 0.5:
            cv2.ellipse(img, (int(cx), int(cy)), (int(w / 2.6), int(h / 2.6)), math.degrees(t), 0, 360, colour(r), -1)
    else:
        if what < 0.55:
            c = (r.uniform(200, 255),) * 3
        cv2.fillConvexPoly(img, box, c, cv2.LINE_AA)
        if 0.3 < what < 0.5:  # a page of text
            u = np.array([math.cos(t), math.sin(t)])
            v = np.array([-math.sin(t), math.cos(t)])
            for k in np.arange(-0.42, 0.43, r.uniform(0.05, 0.1)):
                a = np.array([cx, cy]) + v * h * k - u * w * 0.42
                b = a + u * w * r.uniform(0.4, 0.84)
                cv2.line(img, tuple(int(q) for q in a), tuple(int(q) for q in b), (70, 70, 70), r.choice([1, 1, 2]), cv2.LINE_AA)
        elif r.random() < 0.25:  # a screen, a picture in its frame
            inner = cv2.boxPoints(((cx, cy), (w * 0.9, h * 0.86), math.degrees(t))).astype(np.int32)
            cv2.fillConvexPoly(img, inner, colour(r, 0, 255, r.uniform(0, 1)), cv2.LINE_AA)


def portrait(doc, r, x, y, w, h, ground=True):
    tone = r.uniform(0.4, 1)
    grey = r.random() < 0.4
    if ground:
        cv2.rectangle(doc, (x, y), (x + w, y + h), colour(r, 150, 235, 0.2), -1)
    skin = np.array([230, 190, 165]) * tone
    hair = np.array(colour(r, 10, 120, 0.4))
    suit = np.array(colour(r, 10, 150, 0.5))
    if grey:
        skin, hair, suit = [np.full(3, c.mean()) for c in (skin, hair, suit)]
    cx = x + w // 2
    cv2.ellipse(doc, (cx, y + h), (int(w * 0.48), int(h * 0.3)), 0, 0, 360, tuple(suit), -1)
    cv2.ellipse(doc, (cx, y + int(h * 0.42)), (int(w * 0.3), int(h * 0.32)), 0, 0, 360, tuple(hair), -1)
    cv2.ellipse(doc, (cx, y + int(h * 0.48)), (int(w * 0.23), int(h * 0.27)), 0, 0, 360, tuple(skin), -1)
    for s in (-1, 1):
        cv2.circle(doc, (cx + s * int(w * 0.09), y + int(h * 0.44)), max(1, w // 40), (40, 30, 30), -1)
    cv2.line(doc, (cx - int(w * 0.07), y + int(h * 0.62)), (cx + int(w * 0.07), y + int(h * 0.62)), (120, 60, 60), 2)


def document(r, g):
    """A drawn document: RGB, alpha. Long side 560 px."""
    kind = r.choice(["front", "front", "rear", "rear", "page", "page", "card"])
    ratio = 125 / 88 if kind == "page" else (105 / 74 if r.random() < 0.1 else 85.6 / 53.98)
    w = 560
    h = int(w / ratio)
    base = np.array(colour(r, 120, 250, r.uniform(0, 0.8)) if r.random() < 0.85 else colour(r, 20, 130, 0.8), np.float32)
    doc = np.ones((h, w, 3), np.float32) * base
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    doc += ((xx / w - 0.5) * r.uniform(-50, 50))[..., None] * np.array([r.uniform(-1, 1) for _ in range(3)])
    for _ in range(r.randint(0, 3)):
        f, a, p = r.uniform(0.02, 0.3), r.uniform(3, 30), r.uniform(0, 6)
        wave = np.sin((yy + a * np.sin(xx * r.uniform(0.01, 0.05) + p)) * f * 3)
        doc += ((np.abs(wave) < 0.25) * r.uniform(-30, 10))[..., None]
    doc = np.clip(doc, 0, 255).astype(np.uint8)
    ink = colour(r, 0, 70, 0.4) if base.mean() > 110 else colour(r, 190, 255, 0.2)

    def text(x, y, size, bold=1):
        cv2.putText(doc, " ".join(r.choice(WORDS) for _ in range(r.randint(1, 3))), (int(x), int(y)), r.choice(FONTS), size, ink, bold, cv2.LINE_AA)

    if r.random() < 0.6:
        cv2.rectangle(doc, (0, 0), (w, int(h * r.uniform(0.06, 0.2))), colour(r, 20, 220, 1), -1)
    if kind in ("front", "page"):
        pw = int(w * r.uniform(0.2, 0.32))
        ph = int(min(pw * r.uniform(1.2, 1.4), h * 0.68))
        px = r.choice([int(w * 0.05), int(w * 0.05), w - pw - int(w * 0.05)])
        py = int(h * r.uniform(0.15, 0.25))
        portrait(doc, r, px, py, pw, ph)
        tx = px + pw + 20 if px < w / 2 else int(w * 0.05)
        for k in range(r.randint(3, 8)):
            text(tx, py + 18 + k * r.uniform(24, 36), r.uniform(0.35, 0.6), r.choice([1, 1, 2]))
    if kind in ("rear", "page"):
        rows, n = (2, 44) if kind == "page" else (3, 30)
        top = int(h * (0.8 if rows == 2 else 0.64))
        if r.random() < 0.7:
            cv2.rectangle(doc, (0, top - 14), (w, h), colour(r, 200, 250, 0.1), -1)
        for k in range(rows):
            line = "".join(r.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<<") for _ in range(n))
            scale = 0.92 * w / cv2.getTextSize(line, FONTS[0], 1, 1)[0][0]
            cv2.putText(doc, line, (int(w * 0.04), int(top + (k + 0.7) * (h - top) / rows)), FONTS[0], scale, (30, 30, 30), 1, cv2.LINE_AA)
        if kind == "rear":
            for k in range(r.randint(1, 5)):
                text(w * 0.05, h * 0.15 + k * 26, r.uniform(0.3, 0.5))
    if kind in ("card", "rear") and r.random() < 0.5:
        x, y = int(w * r.uniform(0.05, 0.75)), int(h * r.uniform(0.15, 0.4))
        cv2.rectangle(doc, (x, y), (x + 75, y + 58), (190, 170, 90), -1)
        cv2.line(doc, (x, y + 29), (x + 75, y + 29), (110, 90, 40), 2)
    if kind == "card":
        for k in range(r.randint(2, 6)):
            text(r.uniform(10, w * 0.5), r.uniform(30, h - 20), r.uniform(0.4, 1))
    if r.random() < 0.15:  # a printed frame just inside
        d = r.randint(6, 24)
        cv2.rectangle(doc, (d, d), (w - 1 - d, h - 1 - d), ink, r.choice([1, 2, 4]))
    if r.random() < 0.15:  # a band along the bottom or a side
        c, part = colour(r, 20, 250, 1), r.uniform(0.04, 0.2)
        if r.random() < 0.5:
            cv2.rectangle(doc, (0, int(h * (1 - part))), (w, h), c, -1)
        else:
            cv2.rectangle(doc, (0, 0), (int(w * part), h), c, -1)
    doc = doc.astype(np.float32) + g.standard_normal((h, w, 1)).astype(np.float32) * 2
    alpha = np.zeros((h, w), np.float32)
    radius = int((0.0 if kind == "page" and r.random() < 0.6 else 3.2 / 85.6) * w)
    cv2.rectangle(alpha, (radius, 0), (w - 1 - radius, h - 1), 1, -1)
    cv2.rectangle(alpha, (0, radius), (w - 1, h - 1 - radius), 1, -1)
    for x in (radius, w - 1 - radius):
        for y in (radius, h - 1 - radius):
            cv2.circle(alpha, (x, y), radius, 1, -1)
    return doc, alpha, kind


def place(r, ratio, inside, straight=False):
    """Corners in the frame, clockwise from the document's top left, by a pinhole camera."""
    roll = math.radians(r.choice([r.gauss(0, 6), r.gauss(0, 6), r.uniform(-45, 45), r.choice([90, 180, 270]) + r.gauss(0, 6)]))
    pitch, yaw = (math.radians(r.uniform(-1, 1) * r.choice([6, 15, 30])) for _ in range(2))
    if straight:
        roll, pitch, yaw = (math.radians(r.gauss(0, d)) for d in (2, 3, 3))
    corners = np.array([[-1, -1 / ratio, 0], [1, -1 / ratio, 0], [1, 1 / ratio, 0], [-1, 1 / ratio, 0]])
    cr, sr, cp, sp, cy, sy = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch), math.cos(yaw), math.sin(yaw)
    turn = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]) @ np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    p = corners @ turn.T
    far = r.uniform(3.5, 7)
    q = p[:, :2] / (p[:, 2:] + far)
    size = r.uniform(0.3, 0.95) * WIDTH / (np.ptp(q[:, 0]) if abs(math.cos(roll)) > 0.5 else np.ptp(q[:, 1]) * 16 / 9)
    q *= size
    limit = min(1, 0.97 * HEIGHT / np.ptp(q[:, 1]), 0.97 * WIDTH / np.ptp(q[:, 0])) if inside else 1
    q *= limit
    low, high = q.min(0), q.max(0)
    if inside:
        shift = [r.uniform(2 - low[i], (WIDTH, HEIGHT)[i] - 2 - high[i]) if (WIDTH, HEIGHT)[i] - 4 > high[i] - low[i] else (WIDTH, HEIGHT)[i] / 2 - (low[i] + high[i]) / 2 for i in (0, 1)]
    else:
        shift = [r.uniform(-0.3, 1.3) * (WIDTH, HEIGHT)[i] for i in (0, 1)]
    return (q + shift).astype(np.float32), math.degrees(max(abs(pitch), abs(yaw)))


def ordered(c):
    """Clockwise from the picture's top left: the corner with the least x + y first."""
    k = int(np.argmin(c.sum(1)))
    return np.roll(c, -k, axis=0)


def camera(img, r, g, strength=1.0):
    h, w = img.shape[:2]
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    if r.random() < 0.4 * strength:  # a shadow's edge
        t, k = r.uniform(0, 6.28), r.uniform(0, 1)
        d = (xx - w / 2) * math.cos(t) + (yy - h / 2) * math.sin(t) - (k - 0.5) * 300
        img = img * (1 - r.uniform(0.1, 0.6) / (1 + np.exp((-d / r.uniform(2, 60)).clip(-60, 60))))[..., None]
    if r.random() < 0.3 * strength:  # glare
        x, y, s = r.uniform(0, w), r.uniform(0, h), r.uniform(15, 90)
        img = img + (r.uniform(60, 400) * np.exp(-((xx - x) ** 2 + (yy - y) ** 2 * r.uniform(0.3, 3)) / (2 * s * s)))[..., None]
    img = img * (r.uniform(0.25, 1.2) if r.random() < 0.5 else 1) * np.array([r.uniform(0.85, 1.15) for _ in range(3)])
    sigma = r.choice([0.5, 0.8, r.uniform(0.5, 2.2)])
    img = cv2.GaussianBlur(img.astype(np.float32), (0, 0), sigma)
    if r.random() < 0.2:
        n = r.randint(3, 11)
        kernel = np.zeros((n, n), np.float32)
        t = r.uniform(0, 3.14)
        c = n // 2
        cv2.line(kernel, (int(c - c * math.cos(t)), int(c - c * math.sin(t))), (int(c + c * math.cos(t)), int(c + c * math.sin(t))), 1.0, 1)
        img = cv2.filter2D(img, -1, kernel / kernel.sum())
    img = img + g.standard_normal(img.shape).astype(np.float32) * r.uniform(1, 9)
    img = np.clip(img, 0, 255).astype(np.uint8)
    if r.random() < 0.7:
        img = cv2.imdecode(cv2.imencode(".jpg", img, [1, r.randint(50, 95)])[1], 1)
    return img


def hand(img, r, q, cover):
    """Fingers over an edge, or over a corner; returns which corners are covered."""
    skin = np.array([225, 180, 150]) * r.uniform(0.3, 1.05) + np.array([r.uniform(-10, 10) for _ in range(3)])
    for _ in range(r.randint(1, 4)):
        k = r.randrange(4)
        a, b = q[k], q[(k + 1) % 4]
        f = r.choice([0.0, 1.0]) if cover else r.uniform(0.15, 0.85)
        at = a + (b - a) * f
        centre = q.mean(0)
        out = at - centre
        out = out / (np.linalg.norm(out) + 1e-6)
        t = math.atan2(out[1], out[0]) + r.gauss(0, 0.4)
        thick = np.linalg.norm(q[1] - q[0]) * r.uniform(0.06, 0.13)
        tip = at - np.array([math.cos(t), math.sin(t)]) * thick * r.uniform(0.2, 1.5)
        end = tip + np.array([math.cos(t), math.sin(t)]) * 500
        shade = tuple(np.clip(skin * r.uniform(0.85, 1.05), 0, 255))
        edge = tuple(np.clip(skin * 0.6, 0, 255))
        pt = lambda v: (int(v[0]), int(v[1]))
        cv2.line(img, pt(tip), pt(end), edge, int(thick) + 3, cv2.LINE_AA)
        cv2.line(img, pt(tip), pt(end), shade, max(2, int(thick)), cv2.LINE_AA)
        if r.random() < 0.5:
            cv2.ellipse(img, pt(tip + (end - tip) * 0.01), (max(2, int(thick * 0.28)), max(2, int(thick * 0.36))), math.degrees(t) + 90, 0, 360, tuple(np.clip(skin * 1.1, 0, 255)), -1)


def band(img, r, corners, written, close_by=False):
    """A band along the frame's top or bottom, as programs lay over pictures, where it covers no corner."""
    high = int(HEIGHT * r.uniform(0.04, 0.13))
    top = 0 if r.random() < 0.7 else HEIGHT - high
    if close_by and corners is not None:
        high, top = max(3, int(corners[:, 1].min() - r.uniform(5, 35))), 0
    if corners is not None and ((corners[:, 1] > top - 4) & (corners[:, 1] < top + high + 4)).any():
        return
    yy, xx = np.mgrid[top:top + high, 0:WIDTH].astype(np.float32)
    tones = np.array([colour(r, 0, 255, r.uniform(0, 1)), colour(r, 0, 80, 0.5)], np.float32)
    if r.random() < 0.3:
        tones[1] = tones[0]
    img[top:top + high] = tones[((xx + yy) // r.randint(8, 40) % 2).astype(int)]
    if written and r.random() < 0.5:
        part = np.clip(img[top:top + high], 0, 255).astype(np.uint8)
        cv2.putText(part, r.choice(WORDS), (r.randint(0, 500), high - 4), FONTS[0], high / 45, colour(r, 0, 80, 0.5), 1, cv2.LINE_AA)
        img[top:top + high] = part


def opposite_page(img, r, m, w, h, doc):
    """The passport's other page, joined at the fold above the page that is wanted."""
    part = r.uniform(0.3, 1.0)
    page = np.float32([[[0, -h * part], [w - 1, -h * part], [w - 1, 0], [0, 0]]])
    spread = cv2.perspectiveTransform(page, m)[0]
    if np.abs(spread).max() > 4000:
        return
    tone = np.array(colour(r, 150, 250, 0.4)) if r.random() < 0.5 else doc.reshape(-1, 3).mean(0)
    shade = lambda k: tuple(float(v) for v in tone * k)
    cv2.fillConvexPoly(img, np.round(spread * 16).astype(np.int32), shade(r.uniform(0.6, 1.05)), cv2.LINE_AA, 4)
    fold = [tuple(int(v) for v in spread[i]) for i in (3, 2)]
    cv2.line(img, *fold, shade(r.uniform(0.3, 0.9)), r.randint(1, 6), cv2.LINE_AA)
    if r.random() < 0.6:
        for k in range(r.randint(2, 9)):
            y, x = -h * part * r.uniform(0.05, 0.95), w * r.uniform(0.05, 0.5)
            a, b = cv2.perspectiveTransform(np.float32([[[x, y], [x + w * r.uniform(0.1, 0.45), y]]]), m)[0]
            cv2.line(img, tuple(int(v) for v in a), tuple(int(v) for v in b), shade(0.5), r.choice([1, 2]), cv2.LINE_AA)


def scene(seed):
    """`rgb` HEIGHT×WIDTH×3, `corners` 4×2 (clockwise from the picture's top left) or None, `visible` per corner (1 seen, 0.5 covered,
    0 outside), `mask` HEIGHT×WIDTH, `tilt` in degrees."""
    r, g = random.Random(seed), np.random.default_rng(seed)
    img = background(r, g, seed)
    for _ in range(r.choice([0, 0, 0, 1, 2, 3])):
        stray(img, r, g)
    what = r.random()
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    if what < 0.22:  # no document
        if r.random() < 0.4:
            px = r.randint(0, 420)
            portrait_w = r.randint(80, 300)
            img = np.clip(img, 0, 255)
            portrait(img, r, px, r.randint(0, 60), portrait_w, min(int(portrait_w * 1.3), 330), r.random() < 0.4)
        if r.random() < 0.4:
            q, _ = place(r, 1.5, True)
            hand(img, r, q, False)
        if seed >= STRAIGHT or seed >= LINED and r.random() < 0.2:
            band(img, r, None, seed >= STRAIGHT)
        return dict(rgb=camera(img, r, g), corners=None, visible=np.zeros(4), mask=mask, tilt=0.0)
    doc, alpha, kind = document(r, g)
    h, w = alpha.shape
    inside = what < 0.88
    q, tilt = place(r, w / h, inside, seed >= STRAIGHT)
    src = np.float32([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]])
    # rounded corners: what is marked is where the edges would meet
    m = cv2.getPerspectiveTransform(src, q)
    scale = np.linalg.norm(q[1] - q[0]) / w
    soft = cv2.GaussianBlur(doc, (0, 0), max(0.3, 0.4 / max(scale, 0.2)))
    warped = cv2.warpPerspective(soft, m, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(alpha, m, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    if r.random() < 0.7:  # the shadow that it casts
        d, s = r.uniform(0, 8), r.uniform(2, 10)
        t = r.uniform(0, 6.28)
        moved = cv2.warpAffine(mask, np.float32([[1, 0, d * math.cos(t)], [0, 1, d * math.sin(t)]]), (WIDTH, HEIGHT))
        img = img * (1 - r.uniform(0.1, 0.6) * cv2.GaussianBlur(moved, (0, 0), s))[..., None]
    if kind == "page" and r.random() < 0.4:
        opposite_page(img, r, m, w, h, doc)
    light = 1 + 0.25 * (smooth(g, HEIGHT, WIDTH, 2) * 0.5)
    img = img * (1 - mask[..., None]) + warped * mask[..., None] * light
    q = ordered(q)
    before = img.copy()
    if r.random() < 0.35:
        hand(img, r, q, r.random() < 0.35)
    if seed >= STRAIGHT or seed >= LINED and r.random() < 0.2:
        band(img, r, q, seed >= STRAIGHT, seed >= CLOSE_BY)
    visible = np.ones(4)
    for i, (x, y) in enumerate(q):
        if not (0 <= x < WIDTH and 0 <= y < HEIGHT):
            visible[i] = 0
        else:
            yy, xx = int(y), int(x)
            near = np.abs(img - before)[max(0, yy - 4):yy + 5, max(0, xx - 4):xx + 5]
            if (near.sum(-1) > 20).mean() > 0.5:
                visible[i] = 0.5
    rgb = camera(img, r, g)
    for i, (x, y) in enumerate(q):
        if visible[i] == 1 and (rgb[max(0, int(y) - 4):int(y) + 5, max(0, int(x) - 4):int(x) + 5] >= 250).all(-1).mean() > 0.5:
            visible[i] = 0.5  # glare
    return dict(rgb=rgb, corners=q, visible=visible, mask=mask, tilt=tilt)
