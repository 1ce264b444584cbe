"""Pictures of whole documents with their truth, for measuring the reading of machine-readable zones.

    python mrz_documents.py OUT --count 500 --card-width 900 --seed 7

writes OUT/NNNN.png (luma) and OUT/truth.jsonl: file, kind, lines (empty where the document has no zone), turn, quad.
Only the held-out face of `mrz_lines.TEST_FACES` is used; every twentieth document has no zone. The same seed gives the same pictures.
"""
import argparse
import json
import os
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import mrz_lines as L

SIZES = {"TD1": (85.6, 54.0), "TD2": (105.0, 74.0), "TD3": (125.0, 88.0)}
SANS = "/usr/share/fonts/truetype/dejavu/DejaVuSans%s.ttf"
LABELS = ["Lugar de nacimiento / Place of birth", "Address", "Domicilio", "Authority", "Nationality", "Apellidos / Surname", "Firma"]


def flat(kind, lines, scale, r, g):
    wmm, hmm = SIZES[kind]
    w, h = int(wmm * scale), int(hmm * scale)
    page = L.pattern(h, w, scale, r, g)
    im = Image.new("L", (w, h), 0)
    d = ImageDraw.Draw(im)

    def text(x, y, s, mm, bold=""):
        d.text((x * scale, y * scale), s, font=ImageFont.truetype(SANS % bold, int(mm * scale)), fill=r.randint(150, 255))

    text(4, 2, "REPUBLIC OF UTOPIA - SPECIMEN", 3, "-Bold")
    left = 38 if kind != "TD1" else 5
    for i in range(4 if kind == "TD1" else 6):
        text(left, 7 + i * 5.2, r.choice(LABELS), 1.6)
        text(left, 9 + i * 5.2, " ".join(r.sample(L.SURNAMES + L.GIVEN, 2)), 2.4, "-Bold")
    printed = np.asarray(im).astype(np.float32) / 255
    page = page * (1 - printed * 0.85)
    x, y = (4, 14) if kind != "TD1" else (60, 7)
    pw, ph = (31, 40) if kind != "TD1" else (18, 20)
    blob = cv2.resize(g.uniform(0.2, 0.9, (9, 7)).astype(np.float32), (int(pw * scale), int(ph * scale)), interpolation=cv2.INTER_CUBIC)
    page[int(y * scale):int(y * scale) + blob.shape[0], int(x * scale):int(x * scale) + blob.shape[1]] = blob
    if lines:
        pitch, spacing = 2.54 * scale, r.uniform(4.1, 4.4) * scale
        margin = 3 * pitch
        a, mids = L.ink(lines, r.choice(L.TEST_FACES), pitch, spacing, margin, r, r.choice([0, 0, r.uniform(-0.04, 0.06)]))
        a = L.defects(a, r, g, pitch)
        x0 = (w - len(lines[0]) * pitch) / 2 + r.uniform(-0.8, 0.8) * scale
        y0 = h - r.uniform(4.5, 6.5) * scale - mids[-1]
        if r.random() < 0.5:
            top = int(y0 + mids[0] - 3.5 * scale)
            page[top:] = page[top:] * 0.2 + 0.8 * r.uniform(0.75, 0.97)
        ink = cv2.warpAffine(a, np.float32([[1, 0, x0 - margin], [0, 1, y0]]), (w, h))
        page = page * (1 - ink) + np.minimum(page, r.uniform(0.02, 0.25)) * ink
    return np.clip(page, 0, 1)


def picture(kind, lines, card_width, r, g):
    """A photograph of the document, `card_width` px wide in it, in any turn."""
    wmm, hmm = SIZES[kind]
    scale = max(10.0, 1.25 * card_width / wmm)
    page = flat(kind, lines, scale, r, g)
    h, w = page.shape
    size = int(card_width * r.uniform(1.1, 1.5))
    turn = r.choice([0, 0, 90, 180, 270])
    angle = np.deg2rad(turn + r.uniform(-8, 8))
    cw, ch = card_width, card_width * hmm / wmm
    quad = np.array([[-cw / 2, -ch / 2], [cw / 2, -ch / 2], [cw / 2, ch / 2], [-cw / 2, ch / 2]])
    quad += g.uniform(-0.025, 0.025, quad.shape) * cw
    quad = quad @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    bw, bh = (size, int(size * 0.75)) if turn % 180 == 0 else (int(size * 0.75), size)
    need = quad.max(0) - quad.min(0) + 8
    bw, bh = int(max(bw, need[0])), int(max(bh, need[1]))
    quad = quad - (quad.max(0) + quad.min(0)) / 2 + [bw / 2, bh / 2]
    m = cv2.getPerspectiveTransform(np.float32([[0, 0], [w, 0], [w, h], [0, h]]), np.float32(quad))
    soft = cv2.GaussianBlur(page, (0, 0), 0.42 * w / card_width)
    table = np.full((bh, bw), r.uniform(0.08, 0.6), np.float32)
    table += cv2.resize(g.standard_normal((bh // 6 + 1, bw // 40 + 1)).astype(np.float32), (bw, bh), interpolation=cv2.INTER_CUBIC) * r.uniform(0.005, 0.05)
    on = cv2.warpPerspective(np.ones_like(page), m, (bw, bh), flags=cv2.INTER_LINEAR)
    shot = table * (1 - on) + cv2.warpPerspective(soft, m, (bw, bh), flags=cv2.INTER_LINEAR) * on
    yy, xx = np.mgrid[0:bh, 0:bw].astype(np.float32)
    shot *= 1 + r.uniform(-0.3, 0.3) * (xx / bw - 0.5) + r.uniform(-0.3, 0.3) * (yy / bh - 0.5)
    return L.camera(shot, r, g, r.choice([0.2, 0.4, 0.6])), turn, quad


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--count", type=int, default=500)
    ap.add_argument("--card-width", type=int, default=900)
    ap.add_argument("--seed", type=int, default=7)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    with open(f"{a.out}/truth.jsonl", "w") as truth:
        for i in range(a.count):
            seed = a.seed * 1_000_003 + i
            r, g = random.Random(seed), np.random.default_rng(seed)
            kind = ["TD1", "TD3", "TD1", "TD3", "TD2"][i % 5]
            lines = [] if i % 20 == 19 else L.zone(r, kind)
            shot, turn, quad = picture(kind, lines, a.card_width, r, g)
            cv2.imwrite(f"{a.out}/{i:04d}.png", shot)
            truth.write(json.dumps({"file": f"{i:04d}.png", "kind": kind, "lines": lines, "turn": turn, "quad": quad.tolist()}) + "\n")


if __name__ == "__main__":
    main()
