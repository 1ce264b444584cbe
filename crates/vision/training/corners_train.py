"""Trains the corner finder on the scenes of `corners_pool.py` and writes it as ONNX. CPU only; the stop is by minutes.

    python corners_pool.py pool 1000000 20000 & python corners_pool.py check 1 500
    python corners_train.py OUT.onnx --minutes 40 [--from weights.pt]     (needs torch, onnx, numpy, opencv-python-headless)
"""
import argparse
import glob
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

W, H, STRIDE = 256, 144, 4


class Sep(nn.Sequential):
    def __init__(self, i, o, k=3, s=1):
        super().__init__(nn.Conv2d(i, i, k, s, k // 2, groups=i, bias=False), nn.BatchNorm2d(i), nn.ReLU(), nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


class Finder(nn.Module):
    """Heat of the four corners and the document's mask, at a quarter of the input's size."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.a = nn.Sequential(Sep(16, 32, 3, 2), Sep(32, 32))
        self.b = nn.Sequential(Sep(32, 64, 3, 2), Sep(64, 64, 5))
        self.c = nn.Sequential(Sep(64, 112, 3, 2), Sep(112, 112, 5), Sep(112, 112, 5))
        self.d = nn.Sequential(Sep(112, 128, 3, 2), Sep(128, 128, 5), Sep(128, 112, 5))
        self.uc = Sep(112, 64, 5)
        self.sb = nn.Conv2d(64, 64, 1)
        self.ub = Sep(64, 48, 5)
        self.sa = nn.Conv2d(32, 48, 1)
        self.ua = nn.Sequential(Sep(48, 48, 5), Sep(48, 48, 3))
        self.out = nn.Conv2d(48, 5, 1)

    def forward(self, x):
        a = self.a(self.stem(x))
        b = self.b(a)
        c = self.c(b)
        d = self.d(c)
        up = lambda t: F.interpolate(t, scale_factor=2, mode="nearest")
        d = F.interpolate(d, size=(9, 16), mode="nearest")
        c = self.uc(c + d)
        b = self.ub(self.sb(b) + up(c))
        a = self.ua(self.sa(a) + up(b))
        return self.out(a)


def targets(corners, visible):
    n = len(corners)
    yy, xx = torch.meshgrid(torch.arange(H // STRIDE), torch.arange(W // STRIDE), indexing="ij")
    cx, cy = (corners[..., 0] / STRIDE - 0.5)[..., None, None], (corners[..., 1] / STRIDE - 0.5)[..., None, None]
    heat = torch.exp(-((xx - cx) ** 2 + (yy - cy) ** 2) / (2 * 1.1 ** 2))
    return heat * visible[..., None, None]


def augmented(rgb, corners, visible, mask):
    rgb, mask = rgb.float(), mask.float() / 255
    corners, visible = corners.clone(), visible.clone()
    if torch.rand(()) < 0.5:
        rgb, mask = rgb.flip(2), mask.flip(2)
        corners[..., 0] = W - corners[..., 0]
        order = [1, 0, 3, 2]
        corners, visible = corners[:, order], visible[:, order]
    if torch.rand(()) < 0.5:
        rgb, mask = rgb.flip(1), mask.flip(1)
        corners[..., 1] = H - corners[..., 1]
        order = [3, 2, 1, 0]
        corners, visible = corners[:, order], visible[:, order]
    n = len(rgb)
    gain = (1 + (torch.rand(n, 1, 1, 3) - 0.5) * 0.4) * (0.6 + 0.7 * torch.rand(n, 1, 1, 1))
    rgb = torch.addcmul((torch.rand(n, 1, 1, 1) - 0.5) * 30, rgb, gain)
    grey = torch.rand(n) < 0.1
    rgb[grey] = rgb[grey].mean(-1, keepdim=True).expand(-1, -1, -1, 3)
    noisy = torch.rand(n) < 0.4
    rgb[noisy] += torch.randn_like(rgb[noisy]) * 6 * torch.rand(int(noisy.sum()), 1, 1, 1)
    rgb = rgb.clamp_(0, 255)
    # after flips the corner with the least x + y is again the first
    k = corners.sum(-1).argmin(1)
    order = (torch.arange(4)[None] + k[:, None]) % 4
    corners = torch.gather(corners, 1, order[..., None].expand(-1, -1, 2))
    visible = torch.gather(visible, 1, order)
    x = normal(rgb)
    if torch.rand(()) < 0.25:
        x, corners, mask = letterboxed(x, corners, mask)
    return x.contiguous(memory_format=torch.channels_last), corners, visible, mask


def letterboxed(x, corners, mask):
    """As pictures of other shapes are laid on grey: shrunk, with bars at both sides."""
    k = float(torch.empty(()).uniform_(0.55, 0.95))
    h, w = int(H * k) // 8 * 8, int(W * k) // 8 * 8
    top, left = (H - h) // 8 * 4, (W - w) // 8 * 4
    y = torch.zeros_like(x)
    y[:, :, top:top + h, left:left + w] = F.interpolate(x, size=(h, w), mode="bilinear", antialias=True)
    m = torch.zeros_like(mask)
    m[:, top // 4:top // 4 + h // 4, left // 4:left // 4 + w // 4] = F.interpolate(mask[:, None], size=(h // 4, w // 4), mode="area")[:, 0]
    corners = torch.stack([corners[..., 0] * w / W + left, corners[..., 1] * h / H + top], -1)
    return y, corners, m


def normal(rgb):
    return (rgb.permute(0, 3, 1, 2) - 127.5) / 64


def found(logits):
    """Corners by the heat's centre around its peak, and each peak."""
    heat = torch.sigmoid(logits[:, :4])
    n = len(heat)
    peak, at = heat.flatten(2).max(-1)
    py, px = at // (W // STRIDE), at % (W // STRIDE)
    pad = F.pad(heat, (2, 2, 2, 2))
    out = torch.zeros(n, 4, 2)
    for dy in range(5):
        for dx in range(5):
            v = pad[torch.arange(n)[:, None], torch.arange(4)[None], py + dy, px + dx]
            out[..., 0] += v * (px + dx - 2)
            out[..., 1] += v * (py + dy - 2)
    total = sum(pad[torch.arange(n)[:, None], torch.arange(4)[None], py + dy, px + dx] for dy in range(5) for dx in range(5))
    return (out / total[..., None] + 0.5) * STRIDE, peak


def fold(conv, bn):
    k = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    out = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, groups=conv.groups)
    out.weight.data = conv.weight * k[:, None, None, None]
    out.bias.data = bn.bias - bn.running_mean * k
    return out


def folded(module):
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Sequential):
            layers, i = list(child.children()), 0
            new = []
            while i < len(layers):
                if isinstance(layers[i], nn.Conv2d) and i + 1 < len(layers) and isinstance(layers[i + 1], nn.BatchNorm2d):
                    new.append(fold(layers[i], layers[i + 1]))
                    i += 2
                else:
                    folded(layers[i]) if not isinstance(layers[i], Sep) else None
                    new.append(folded(nn.Sequential(layers[i]))[0] if isinstance(layers[i], Sep) else layers[i])
                    i += 1
            setattr(module, name, nn.Sequential(*new))
    return module


def restored(weights):
    """A finder with these weights, whose normalising layers may be folded into them."""
    model = Finder()
    if not any("running_mean" in name for name in weights):
        model = folded(model.eval())
    model.load_state_dict(weights)
    return model


def export(model, path):
    import copy
    m = nn.Sequential(copy.deepcopy(model).eval(), nn.Flatten(2))
    x = torch.randn(1, 3, H, W)
    torch.onnx.export(m, x, path, input_names=["frame"], output_names=["heat"], opset_version=13, dynamo=False)


def check(model, files):
    model.eval()
    errors, negatives, false, missed, usable = [], 0, 0, 0, 0
    with torch.no_grad():
        for f in files:
            z = np.load(f)
            rgb, c, v = normal(torch.from_numpy(z["rgb"]).float()), torch.from_numpy(z["corners"]), z["visible"]
            got, peak = found(model(rgb))
            width = (c[:, 1] - c[:, 0]).norm(dim=-1).maximum((c[:, 3] - c[:, 0]).norm(dim=-1))
            e = ((got - c).norm(dim=-1).max(1).values / width.clamp(min=1)).numpy()
            p = peak.min(1).values.numpy()
            for i in range(len(rgb)):
                if v[i].sum() == 0:
                    negatives += 1
                    false += p[i] > 0.3
                elif v[i].min() == 1 and width[i] > 0.4 * W:
                    usable += 1
                    errors.append(e[i] if p[i] > 0.3 else 9)
    e = np.array(errors)
    return f"usable {usable}: <2% {np.mean(e < 0.02):.3f} <4% {np.mean(e < 0.04):.3f} none {np.mean(e == 9):.3f}; without {negatives}: false {false}"


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--minutes", type=float, default=40)
    ap.add_argument("--from", dest="origin")
    ap.add_argument("--rate", type=float, default=4e-3)
    ap.add_argument("--pool", default="pool")
    a = ap.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = restored(torch.load(a.origin)) if a.origin else Finder()
    if a.origin:
        # once they are about right, the normalising layers are part of the weights: a step costs half
        model = folded(model.eval()).train()
    model = model.to(memory_format=torch.channels_last)
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    # what is written is the mean of the weights over about the last thousand steps
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999), use_buffers=True)
    opt = torch.optim.AdamW(model.parameters(), lr=a.rate, weight_decay=1e-3)
    loaded, step, began, report = {}, 0, time.time(), 60
    while (spent := time.time() - began) < a.minutes * 60:
        if step % 200 == 0:
            for f in glob.glob(f"{a.pool}/*.npz"):
                if f not in loaded:
                    try:
                        z = np.load(f)
                        loaded[f] = tuple(torch.from_numpy(z[k]) for k in ("rgb", "corners", "visible", "mask"))
                    except Exception:
                        pass
            if not loaded:
                time.sleep(5)
                continue
        names = list(loaded)
        z = loaded[names[np.random.randint(len(names))]]
        pick = torch.randint(len(z[0]), (24,))
        x, c, v, m = augmented(*(t[pick] for t in z))
        part = spent / (a.minutes * 60)
        for group in opt.param_groups:
            group["lr"] = a.rate * min(1, step / 200) * (0.5 + 0.5 * np.cos(np.pi * part)) + 1e-5
        y = model(x)
        t = targets(c, v)
        weight = 1 + 20 * t
        loss = (F.binary_cross_entropy_with_logits(y[:, :4], t, reduction="none") * weight).mean() * 10 + F.binary_cross_entropy_with_logits(y[:, 4], m) * 0.5
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        opt.step()
        mean.update_parameters(model)
        step += 1
        if time.time() - began > report:
            report += 120
            torch.save(mean.module.state_dict(), a.out + ".pt")
            print(f"{spent:.0f}s step {step} pool {len(loaded) * 500} loss {loss.item():.3f} {check(mean.module, glob.glob('check/*.npz'))}", flush=True)
    torch.save(mean.module.state_dict(), a.out + ".pt")
    print("end", step, check(mean.module, glob.glob("check/*.npz")), flush=True)
    export(folded(mean.module.eval()), a.out)


if __name__ == "__main__":
    main()
