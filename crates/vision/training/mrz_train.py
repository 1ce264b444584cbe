"""Trains the reader of OCR-B lines and writes it as ONNX. CPU only; seeds are fixed, the stop is by minutes.

    python mrz_train.py OUT.onnx --minutes 14        (needs torch, onnx, numpy, pillow, opencv-python-headless)

Training strips come from seeds 1000000 and up, the check of each stage from seeds 1..400.
"""
import argparse
import multiprocessing
import queue
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import mrz_lines as L

BATCH, A_PAGE = 24, 3  # strips a step, and how many of them are of one page


def build():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.Conv2d(32, 40, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)),
        nn.Conv2d(40, 56, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)),
        nn.Conv2d(56, 112, (3, 5), padding=(0, 2)), nn.ReLU(),
        nn.Conv2d(112, 112, (1, 5), padding=(0, 2)), nn.ReLU(),
        nn.Conv2d(112, len(L.ALPHABET) + 1, 1))


def normalise(x):
    """8-bit strips to mean 0, deviation 1, as the program does it."""
    x = x.astype(np.float32)
    mean, std = x.mean((1, 2), keepdims=True), x.std((1, 2), keepdims=True)
    return ((x - mean) / (std + 4))[:, None]


def produce(out, first, step):
    seed = first
    while True:
        pairs = [pair for i in range(BATCH // A_PAGE) for pair in L.line_samples(seed + i * step, A_PAGE)]
        seed += BATCH // A_PAGE * step
        out.put((np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])))


def export(model, path):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    nodes, weights, last = [], [], "strip"
    for i, m in enumerate(model):
        out = f"v{i}" if i + 1 < len(model) else "columns"
        if isinstance(m, nn.Conv2d):
            weights += [numpy_helper.from_array(m.weight.detach().numpy().copy(), f"w{i}"), numpy_helper.from_array(m.bias.detach().numpy().copy(), f"b{i}")]
            p = m.padding
            nodes.append(helper.make_node("Conv", [last, f"w{i}", f"b{i}"], [out], kernel_shape=list(m.kernel_size), pads=[p[0], p[1], p[0], p[1]]))
        elif isinstance(m, nn.MaxPool2d):
            k = m.kernel_size if isinstance(m.kernel_size, tuple) else (m.kernel_size, m.kernel_size)
            nodes.append(helper.make_node("MaxPool", [last], [out], kernel_shape=list(k), strides=list(k)))
        else:
            nodes.append(helper.make_node("Relu", [last], [out]))
        last = out
    graph = helper.make_graph(nodes, "mrz", [helper.make_tensor_value_info("strip", TensorProto.FLOAT, [1, 1, L.HEIGHT, "w"])],
                              [helper.make_tensor_value_info("columns", TensorProto.FLOAT, [1, len(L.ALPHABET) + 1, 1, "c"])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, path)


def load(model, path):
    """The weights of a model written before, to go on from."""
    import onnx
    from onnx import numpy_helper
    given = {w.name: numpy_helper.to_array(w) for w in onnx.load(path).graph.initializer}
    for i, m in enumerate(model):
        if isinstance(m, nn.Conv2d):
            m.weight.data, m.bias.data = torch.from_numpy(given[f"w{i}"].copy()), torch.from_numpy(given[f"b{i}"].copy())


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--minutes", type=float, default=14)
    ap.add_argument("--makers", type=int, default=1)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--from", dest="origin", help="a model to go on from")
    ap.add_argument("--rate", type=float, default=2.5e-3)
    ap.add_argument("--first", type=int, default=1_000_000, help="the first seed of the strips")
    a = ap.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(1)
    model = build()
    if a.origin:
        load(model, a.origin)
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    q = multiprocessing.Queue(24)
    for i in range(a.makers):
        multiprocessing.Process(target=produce, args=(q, a.first + i, a.makers), daemon=True).start()
    check = [pair for s in range(1, 401) for pair in L.line_samples(s, 1)]
    cx, cy = torch.from_numpy(normalise(np.stack([c[0] for c in check]))), torch.from_numpy(np.stack([c[1] for c in check]))
    opt = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    began, step, kept = time.time(), 0, []
    next_report = 60.0
    while (spent := time.time() - began) < a.minutes * 60:
        # a batch that was seen is used again while the makers are behind
        try:
            batch = q.get(timeout=0.01 if len(kept) > 20 else 100)
            kept.append(batch)
            kept = kept[-4000:]
        except queue.Empty:
            batch = kept[np.random.randint(len(kept))]
        part = spent / (a.minutes * 60)
        for group in opt.param_groups:
            group["lr"] = a.rate * min(1, step / 100) * (0.5 + 0.5 * np.cos(np.pi * part)) + 1e-5
        x = torch.from_numpy(normalise(batch[0]))
        loss = F.cross_entropy(model(x).squeeze(2), torch.from_numpy(batch[1]), ignore_index=L.IGNORE, label_smoothing=0.01)
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
        if spent > next_report or step == 5:
            next_report = spent + 60
            with torch.no_grad():
                guess = model(cx).squeeze(2).argmax(1)
            letters = (cy >= 0) & (cy < L.BLANK)
            print(f"{spent:.0f}s step {step} batches {len(kept)} loss {loss.item():.3f} columns {(guess == cy)[cy >= 0].float().mean():.4f} "
                  f"letters {(guess == cy)[letters].float().mean():.4f}", flush=True)
            if step > 5:
                export(model, a.out)
    export(model, a.out)


if __name__ == "__main__":
    main()
