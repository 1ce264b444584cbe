"""Straightened views of scenes, as the closer look sees them: python corners_close_pool.py WEIGHTS.pt FOLDER FIRST COUNT [STEP]

Views are of where the finder (WEIGHTS, of `corners_train.py`) thinks that a document may be, and of the document itself with its
sides moved, as prints that look like edges move them.
"""
import itertools
import math
import random
import sys

import cv2
cv2.setNumThreads(1)
import numpy as np
import torch

import corners_scenes as S
import corners_train as T

W, H = 192, 128
MARGIN = np.float32([0.2, 0.25])
INNER = MARGIN / (1 + 2 * MARGIN)
# document's width in the picture that a view is sampled from
SAMPLED = 200


def places(heat, least=0.1, most=9):
    lp = -np.log1p(np.exp(-heat[:4].max(0)))
    peak = (lp >= cv2.dilate(lp, np.ones((3, 3)))) & (lp >= math.log(least))
    ys, xs = np.nonzero(peak)
    found = sorted(((lp[y, x], x + 0.5, y + 0.5) for y, x in zip(ys, xs)), reverse=True)
    return found[:most]


def clockwise(q):
    c = q - q.mean(0)
    return S.ordered(q[np.argsort(np.arctan2(c[:, 1], c[:, 0]))])


def convex(q):
    e = np.roll(q, -1, 0) - q
    n = np.roll(e, -1, 0)
    return (e[:, 0] * n[:, 1] - e[:, 1] * n[:, 0] > 0).all()


def change(img, a, b):
    """How far the picture changes across a line, 0 to 1."""
    d = (b - a) / max(1e-3, np.linalg.norm(b - a))
    n = np.array([-d[1], d[0]])
    p = a + (b - a) * np.linspace(0.08, 0.92, 24)[:, None]
    steps = np.array([o + s for o in (-0.9, 0, 0.9) for s in (-1.5, 1.5)])
    q = (p[None] + steps[:, None, None] * n).astype(np.float32)
    v = cv2.remap(img, q[..., 0], q[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    c = np.minimum(np.abs(v[1::2] - v[::2]).max(-1), 24).mean(-1) / 24
    return c.max()


def aspect(q):
    f = max(T.W, T.H)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (q - np.array([T.W / 2, T.H / 2])) / f
    dx1, dx2, sx = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, sy = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    det = dx1 * dy2 - dx2 * dy1
    if abs(det) < 1e-9:
        return 1
    g, h = (sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det
    k = np.linalg.norm([x1 - x0 + g * x1, y1 - y0 + g * y1, g]) / np.linalg.norm([x3 - x0 + h * x3, y3 - y0 + h * y3, h])
    return max(k, 1 / k)


def proposals(model, rgb):
    """(logit, corners in pixels of the scene), the likeliest first; the weights are those of the finder in Rust."""
    small = cv2.resize(rgb, (T.W, T.H), interpolation=cv2.INTER_AREA)
    with torch.no_grad():
        y = model(T.normal(torch.from_numpy(small)[None].float()))[0].numpy()
    found, out, known = places(y), [], {}
    points = [np.array(p[1:]) for p in found]
    mask, small = np.clip(y[4], -4, 4), small.astype(np.float32)
    for which in itertools.combinations(range(len(found)), 4):
        q = clockwise(np.array([points[i] for i in which]))
        if not convex(q) or min(np.linalg.norm(q - np.roll(q, -1, 0), axis=1)) < 0.06 * 64:
            continue
        inside = cv2.fillConvexPoly(np.zeros(mask.shape, np.uint8), np.int32(np.round((q - 0.5) * 16)), 1, shift=4) > 0
        if inside.sum() < 8:
            continue
        sides = []
        for k in range(4):
            a, b = q[k] * 4 - 0.5, q[(k + 1) % 4] * 4 - 0.5
            key = tuple(sorted([tuple(a), tuple(b)]))
            if key not in known:
                known[key] = change(small, a, b)
            sides.append(known[key])
        sides.sort()
        off = min(abs(math.log(aspect(q * 4) / k)) for k in (1.586, 1.42))
        logit = 1.618 * sum(found[i][0] for i in which) - 10.223 * min(off, 0.5) + 0.831 * mask[inside].mean() + 6.47 * sides[0] + 0.6 * sides[1] - 3.312
        out.append((logit, (q * 4 + 0.2) * (S.WIDTH / T.W) - 0.5))
    out.sort(key=lambda o: -o[0])
    return out


def lying(q):
    """Beginning at a corner from which a long side runs clockwise."""
    side = np.linalg.norm(np.roll(q, -1, 0) - q, axis=1)
    return q if side[0] + side[2] >= side[1] + side[3] else np.roll(q, -1, 0)


def view(rgb, q):
    """The straightened picture around corners, and the mapping from the picture onto it (in pixels, middles at whole numbers)."""
    q = lying(np.float32(q))
    side = np.linalg.norm(np.roll(q, -1, 0) - q, axis=1)
    k = min(1, SAMPLED / max(side[0] + side[2], side[1] + side[3]) * 2)
    size = (round(rgb.shape[1] * k), round(rgb.shape[0] * k))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if k < 1 else rgb
    (l, t), (r, b) = INNER * (W, H) - 0.5, (1 - INNER) * (W, H) - 0.5
    m = cv2.getPerspectiveTransform(q, np.float32([[l, t], [r, t], [r, b], [l, b]]))
    corners = cv2.perspectiveTransform(np.float32([[[-0.5, -0.5], [W - 0.5, -0.5], [W - 0.5, H - 0.5], [-0.5, H - 0.5]]]), np.linalg.inv(m))[0]
    if not convex(corners):
        return None, None
    a = np.array([[k, 0, 0.5 * k - 0.5], [0, k, 0.5 * k - 0.5], [0, 0, 1]])
    return cv2.warpPerspective(small, m @ np.linalg.inv(a), (W, H), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), m


def moved(r, q):
    """The document's corners with sides moved and corners off."""
    q = q.astype(np.float64)
    u = lambda s, t: q[0] * (1 - s) * (1 - t) + q[1] * s * (1 - t) + q[2] * s * t + q[3] * (1 - s) * t
    by = [r.choice([0, 0, r.uniform(-0.1, 0.13), r.gauss(0, 0.03)]) for _ in range(4)]
    l, t, right, b = by[0], by[1], 1 - by[2], 1 - by[3]
    c = np.array([u(l, t), u(right, t), u(right, b), u(l, b)])
    width = max(np.linalg.norm(q[1] - q[0]), np.linalg.norm(q[3] - q[0]))
    off = r.choice([0.004, 0.012, 0.03]) * width
    return c + np.array([[r.gauss(0, off), r.gauss(0, off)] for _ in range(4)])


def views(model, seed):
    """(view, corners in it or nothing, all of them seen and within) of one scene."""
    s, r = S.scene(seed), random.Random(seed ^ 0x5eed)
    truth = s["corners"]
    quads = [q for logit, q in proposals(model, s["rgb"])[:3] if logit > -4]
    if truth is not None and s["visible"].max() > 0:
        quads += [moved(r, truth), moved(r, truth)]
    if truth is None or r.random() < 0.15:
        quads.append(S.ordered(S.place(r, r.uniform(1.3, 1.7), True)[0]))
    for q in quads:
        q = np.float32(q)
        if not convex(q):
            continue
        rgb, m = view(s["rgb"], q)
        if rgb is None:
            continue
        corners, whole = np.zeros((4, 2), np.float32), 0
        if truth is not None and s["visible"].min() > 0:
            c = cv2.perspectiveTransform(truth[None].astype(np.float32), m)[0]
            first = lying(q)
            order = min(range(4), key=lambda k: np.linalg.norm(np.roll(truth, -k, 0) - first, axis=1).max())
            c = np.roll(c, -order, 0)
            if (c >= 1).all() and (c <= (W - 2, H - 2)).all():
                corners, whole = c, 1
        yield rgb, corners, whole


if __name__ == "__main__":
    torch.set_num_threads(1)
    weights, folder, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    model = T.restored(torch.load(weights)).eval()
    for k in range(0, count, 250):
        parts = list(zip(*(v for i in range(250) for v in views(model, first + k + i))))
        np.savez(f"{folder}/{first + k}.npz", rgb=np.stack(parts[0]), corners=np.stack(parts[1]), whole=np.float32(parts[2]))
        print(first + k, len(parts[0]), np.mean(parts[2]), flush=True)
