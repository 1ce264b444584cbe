"""Scenes as the network sees them, 500 a file: python corners_pool.py FOLDER FIRST COUNT"""
import sys

import cv2
cv2.setNumThreads(1)
import numpy as np

import corners_scenes as S

W, H, STRIDE = 256, 144, 4


def shrunk(seed):
    s = S.scene(seed)
    rgb = cv2.resize(s["rgb"], (W, H), interpolation=cv2.INTER_AREA)
    corners = np.zeros((4, 2), np.float32) if s["corners"] is None else s["corners"] * (W / S.WIDTH)
    mask = cv2.resize(s["mask"], (W // STRIDE, H // STRIDE), interpolation=cv2.INTER_AREA)
    return rgb, corners, s["visible"].astype(np.float32), (mask * 255).astype(np.uint8)


if __name__ == "__main__":
    folder, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for k in range(0, count, 500):
        parts = list(zip(*(shrunk(first + k + i) for i in range(min(500, count - k)))))
        np.savez(f"{folder}/{first + k}.npz", rgb=np.stack(parts[0]), corners=np.stack(parts[1]), visible=np.stack(parts[2]), mask=np.stack(parts[3]))
