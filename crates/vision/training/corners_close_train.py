"""Trains the closer look at a document's corners on the views of `corners_close_pool.py` and writes it as ONNX. CPU only; the stop is
by minutes.

    python corners_close_train.py OUT.onnx --pool FOLDER --minutes 60 [--from weights.pt]     (needs torch, onnx, numpy)

The last file of the pool is kept for checking.
"""
import argparse
import copy
import glob
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from corners_train import fold, normal

W, H, STRIDE = 192, 128, 4
COLUMNS, ROWS = W // STRIDE, H // STRIDE


class Dense(nn.Sequential):
    """Plain 3×3 filters: at these sizes the runtime spends less on them than on separated ones."""

    def __init__(self, i, o, s=1):
        super().__init__(nn.Conv2d(i, o, 3, s, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


class Close(nn.Module):
    """Four maps of where a corner is, in probabilities; logits that all corners are seen, and that none that is marked is off by 2 %
    of the document's width."""

    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(Dense(3, 12, 2), Dense(12, 24, 2))
        self.b = nn.Sequential(Dense(24, 40, 2), Dense(40, 40))
        self.c = nn.Sequential(Dense(40, 80, 2), Dense(80, 80))
        self.d = nn.Sequential(Dense(80, 112, 2), Dense(112, 112))
        self.sd = nn.Conv2d(112, 80, 1)
        self.uc = Dense(80, 80)
        self.dc = nn.Conv2d(80, 40, 1)
        self.sb = nn.Conv2d(40, 40, 1)
        self.ub = Dense(40, 40)
        self.db = nn.Conv2d(40, 32, 1)
        self.sa = nn.Conv2d(24, 32, 1)
        self.ua = Dense(32, 32)
        self.out = nn.Conv2d(32, 4, 1)
        self.say = nn.Sequential(nn.Linear(112 + 80, 48), nn.ReLU(), nn.Linear(48, 2))
        yy, xx = torch.meshgrid(torch.arange(ROWS), torch.arange(COLUMNS), indexing="ij")
        at = torch.stack([xx.flatten(), yy.flatten()], 1).float()
        self.register_buffer("at", (at + 0.5) * STRIDE - 0.5)  # each cell's middle, in pixels of the view

    def forward(self, x):
        a = self.a(x)
        b = self.b(a)
        c = self.c(b)
        d = self.d(c)
        up = lambda t: F.interpolate(t, scale_factor=2, mode="nearest")
        c = self.uc(c + up(self.sd(d)))
        said = self.say(torch.cat([d.mean((2, 3)), c.mean((2, 3))], 1))
        b = self.ub(self.sb(b) + up(self.dc(c)))
        a = self.ua(self.sa(a) + up(self.db(b)))
        maps = torch.softmax(self.out(a).flatten(2), 2)
        return maps, said


def folded(module):
    """With the normalising layers made part of the weights."""
    for name, child in list(module.named_children()):
        if isinstance(child, Dense):
            if isinstance(child[1], nn.BatchNorm2d):
                conv = fold(child[0], child[1])
                child[0], child[1] = conv, nn.Identity()
        else:
            folded(child)
    return module


def marked(maps):
    """Corners in pixels of the view: the mean of the probabilities around each map's summit."""
    n = len(maps)
    summit = maps.argmax(-1)
    y, x = summit // COLUMNS, summit % COLUMNS
    padded = F.pad(maps.view(n, 4, ROWS, COLUMNS), (2,) * 4)
    i, j = torch.arange(n)[:, None], torch.arange(4)[None]
    total, sum_x, sum_y = 0, 0, 0
    for dy in range(5):
        for dx in range(5):
            p = padded[i, j, y + dy, x + dx]
            total, sum_x, sum_y = total + p, sum_x + p * (x + dx - 2), sum_y + p * (y + dy - 2)
    return (torch.stack([sum_x, sum_y], -1) / total[..., None] + 0.5) * STRIDE - 0.5


def augmented(rgb, corners):
    """Flipped, and in other light and noise."""
    rgb, corners = rgb.float(), corners.clone()
    if torch.rand(()) < 0.5:
        rgb = rgb.flip(2)
        corners[..., 0] = W - 1 - corners[..., 0]
        corners = corners[:, [1, 0, 3, 2]]
    if torch.rand(()) < 0.5:
        rgb = rgb.flip(1)
        corners[..., 1] = H - 1 - corners[..., 1]
        corners = corners[:, [3, 2, 1, 0]]
    n = len(rgb)
    gain = (1 + (torch.rand(n, 1, 1, 3) - 0.5) * 0.4) * (0.6 + 0.7 * torch.rand(n, 1, 1, 1))
    rgb = torch.addcmul((torch.rand(n, 1, 1, 1) - 0.5) * 30, rgb, gain)
    grey = torch.rand(n) < 0.1
    rgb[grey] = rgb[grey].mean(-1, keepdim=True).expand(-1, -1, -1, 3)
    noisy = torch.rand(n) < 0.4
    rgb[noisy] += torch.randn_like(rgb[noisy]) * 6 * torch.rand(int(noisy.sum()), 1, 1, 1)
    return normal(rgb.clamp_(0, 255)).contiguous(memory_format=torch.channels_last), corners


def width(c):
    side = (c - c.roll(-1, 1)).norm(dim=-1)
    return ((side[:, 0] + side[:, 2]) / 2).maximum((side[:, 1] + side[:, 3]) / 2)


def off(got, c):
    """The worst corner's distance, by the document's width, in the straightened view."""
    return (got - c).norm(dim=-1).max(1).values / width(c).clamp(min=1)


def check(model, z):
    model.eval()
    e, said = [], []
    with torch.no_grad():
        for k in range(0, len(z[0]), 64):
            maps, s = model(normal(z[0][k:k + 64].float()))
            e.append(off(marked(maps), z[1][k:k + 64]))
            said.append(s)
    e, said, whole = torch.cat(e), torch.cat(said), z[2] > 0
    model.train()
    e = e[whole]
    seen = said[:, 0] > 0
    return (f"<1% {(e < 0.01).float().mean():.3f} <2% {(e < 0.02).float().mean():.3f} <4% {(e < 0.04).float().mean():.3f} "
            f"missed {1 - seen[whole].float().mean():.3f} false {seen[~whole].float().mean():.3f}")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--pool", default="close")
    ap.add_argument("--minutes", type=float, default=60)
    ap.add_argument("--from", dest="origin")
    ap.add_argument("--rate", type=float, default=4e-3)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--mean", nargs="+", help="weights with folded layers: their mean is written, nothing is trained")
    a = ap.parse_args()
    if a.mean:
        given = [torch.load(f) for f in a.mean]
        weights = {name: sum(w[name] for w in given) / len(given) for name in given[0]}
        model = folded(Close().eval())
        model.load_state_dict(weights)
        torch.save(weights, a.out + ".pt")
        return export(model.eval(), a.out)
    torch.manual_seed(0)
    torch.set_num_threads(a.threads)
    model = Close()
    if a.origin:
        # once they are about right, the normalising layers are part of the weights: a step costs less
        weights = torch.load(a.origin)
        if not any("running_mean" in name for name in weights):
            model = folded(model.eval())
        model.load_state_dict(weights)
        model = folded(model.eval()).train()
    model = model.to(memory_format=torch.channels_last)
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True)
    opt = torch.optim.AdamW(model.parameters(), lr=a.rate, weight_decay=1e-3)
    read = lambda f: tuple(torch.from_numpy(np.load(f)[k]) for k in ("rgb", "corners", "whole"))
    last = sorted(glob.glob(f"{a.pool}/*.npz"))[-1]
    checked, pool = read(last), {last: None}
    step, began, report = 0, time.time(), 60
    while (spent := time.time() - began) < a.minutes * 60:
        if step % 1000 == 0:  # what has been drawn since
            for f in set(glob.glob(f"{a.pool}/*.npz")) - set(pool):
                try:
                    pool[f] = read(f)
                except Exception:  # not yet whole
                    pass
            views = [v for v in pool.values() if v]
            print("views", sum(len(v[0]) for v in views), flush=True)
        z = views[np.random.randint(len(views))]
        pick = torch.randint(len(z[0]), (32,))
        whole = z[2][pick]
        x, c = augmented(z[0][pick], z[1][pick])
        part = spent / (a.minutes * 60)
        for group in opt.param_groups:
            group["lr"] = a.rate * min(1, (step + 1) / 200) * (0.5 + 0.5 * np.cos(np.pi * part)) + 1e-5
        maps, said = model(x)
        near = torch.exp(-((model.at[None, None] - c[:, :, None]) ** 2).sum(-1) / (2 * 3.0 ** 2))
        near = near / near.sum(-1, keepdim=True).clamp(min=1e-6)
        # after Nibali et al., "Numerical Coordinate Regression", 2018; the summit counts, so the maps' forms weigh more than their means
        apart = (maps @ model.at - c).norm(dim=-1)
        place = (0.2 * apart - 2 * (near * (maps + 1e-9).log()).sum(-1)).mean(1)
        exact = (off(marked(maps.detach()), c) < 0.02).float() * whole
        loss = (place * whole).sum() / whole.sum().clamp(min=1) / 4 + F.binary_cross_entropy_with_logits(said, torch.stack([whole, exact], 1))
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        opt.step()
        mean.update_parameters(model)
        step += 1
        if time.time() - began > report:
            report += 120
            torch.save(mean.module.state_dict(), a.out + ".pt")
            print(f"{spent:.0f}s step {step} loss {loss.item():.3f} {check(mean.module, checked)}", flush=True)
    torch.save(mean.module.state_dict(), a.out + ".pt")
    print("end", step, check(mean.module, checked), flush=True)
    export(folded(mean.module.eval()), a.out)


class Shown(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        maps, said = self.model(x)
        return maps, said[:, None]


def export(model, path):
    shown = Shown(copy.deepcopy(model).eval())
    torch.onnx.export(shown, torch.randn(1, 3, H, W), path, input_names=["view"], output_names=["maps", "said"], opset_version=13, dynamo=False)


if __name__ == "__main__":
    main()
