"""Scenes with their truth for `cargo run -p vision --example corner_measure`: python corners_check.py FOLDER FIRST COUNT

Seeds below 1,000,000 are never trained on.
"""
import json
import sys
from pathlib import Path

import cv2

import corners_scenes as S

folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
folder.mkdir(parents=True, exist_ok=True)
for seed in range(first, first + count):
    s = S.scene(seed)
    cv2.imwrite(str(folder / f"{seed:06}.jpg"), cv2.cvtColor(s["rgb"], cv2.COLOR_RGB2BGR), [1, 92])
    truth = {"corners": None if s["corners"] is None else s["corners"].tolist(), "visible": list(map(float, s["visible"])), "tilt": s["tilt"]}
    (folder / f"{seed:06}.json").write_text(json.dumps(truth))
