"""Straightened fronts of documents with printed names, numbers and dates, and what they say: for measuring only.

    python printed_documents.py OUT --count 200 --width 1000 --seed 7

writes OUT/NNNN.jpg and OUT/truth.jsonl: file, values, names (as printed and as a zone writes them). The same seed gives the same pictures.
"""
import argparse
import glob
import json
import os
import random
import unicodedata

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FACES = [
    "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf", "dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSansCondensed.ttf",
    "liberation*/LiberationSans-Regular.ttf", "liberation*/LiberationSans-Bold.ttf", "liberation*/LiberationSansNarrow-Bold.ttf",
    "liberation*/LiberationSerif-Regular.ttf", "liberation*/LiberationMono-Bold.ttf",
]
SURNAMES = """MUÑOZ|GARCÍA MÁRQUEZ|NÚÑEZ|IBÁÑEZ DE LA PEÑA|GÜELL|PÉREZ-ÁVILA|CASTAÑO LÓPEZ|ÁLVAREZ|GONÇALVES|CONCEIÇÃO|MAGALHÃES|
SIMÕES|D'ANGELO|NICCOLÒ|DELL'ACQUA|MÜLLER|WEIß|SCHRÖDER|JÄGER|LEFÈVRE|BÉRENGÈRE|FRANÇOIS|CHÂTEAU|NOËL|ØSTERGÅRD|ÅKERSTRÖM|ŠKODA|
ŽIŽEK|ČAPEK|ŁUKASZEWICZ|WÓJCIK|DVOŘÁK|ŞAHİN|ŐRI|ȘTEFĂNESCU|GEORGIEV|SMITH|ROSSI|FERNANDES|O'CONNOR|VAN DER BERG""".replace("\n", "").split("|")
GIVEN = """JOSÉ MARÍA|BEGOÑA|ÁNGEL|LUCÍA|IÑAKI|ÓSCAR|JOÃO|INÊS|LUÍS|ANTÓNIO|FRANÇOIS|HÉLÈNE|CHLOÉ|ANAÏS|JÖRG|GÜNTHER|BJÖRN|NICOLÒ|ANDREA|
GIULIA|SØREN|ZOË|MICHAŁ|ŽELJKO|ANNA MARIA|JEAN-PIERRE|Marie-Thérèse|Jürgen Weiß|Miguel Ángel|Sofía""".replace("\n", "").split("|")
LABELS = ["APELLIDOS / SURNAME", "NOMBRE / NAME", "Surname / Nom", "Cognome", "FECHA DE NACIMIENTO", "Date of birth", "DOCUMENTO NÚM.", "Gültig bis"]
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC ENE ABR AGO DIC".split()


ZONE = {"Ä": "AE", "Å": "AA", "Æ": "AE", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Ü": "UE", "ẞ": "SS", "Ł": "L", "Đ": "D", "'": "", "-": " "}


def zone(name):
    letters = [ZONE.get(c, c) for c in name.upper().replace("ß", "SS")]
    return "".join(c for c in unicodedata.normalize("NFD", "".join(letters)) if not unicodedata.combining(c))


def date(r):
    d, m, y = r.randint(1, 28), r.randint(1, 12), r.randint(1930, 2035)
    return r.choice([f"{d:02} {m:02} {y}", f"{d:02}.{m:02}.{y}", f"{d:02}/{m:02}/{y}", f"{d:02} {r.choice(MONTHS)} {y}"])


def number(r):
    return "".join(r.choice("ABCEFGHKLMNPRTVX") for _ in range(r.choice([0, 2, 3]))) + str(r.randint(10**6, 10**8 - 1)) + r.choice(["", "Z", "T"])


def document(width, r, g):
    fonts = [p for f in FACES for p in glob.glob("/usr/share/fonts/truetype/" + f)]
    height = int(width / 1.586)
    mm = width / 85.6
    tint = np.array([r.randint(185, 245) for _ in range(3)], np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    page = np.zeros((height, width, 3), np.float32) + tint
    for _ in range(3):
        wave = np.sin((y + 12 * np.sin(x / r.uniform(30, 90))) * 2 * np.pi / r.uniform(6, 18)) > 0.8
        page[wave] -= np.array([r.uniform(5, 28) for _ in range(3)], np.float32)
    im = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    d = ImageDraw.Draw(im)
    face, small = r.choice(fonts), r.choice(fonts)
    ink = tuple(r.randint(10, 80) for _ in range(3))
    values = [r.choice(SURNAMES), r.choice(GIVEN), date(r), number(r), date(r)]
    top = 6.0
    for value in values:
        d.text((34 * mm, top * mm), r.choice(LABELS), font=ImageFont.truetype(small, int(1.5 * mm)), fill=tuple(v + 40 for v in ink))
        d.text((34 * mm, (top + 2.4) * mm), value, font=ImageFont.truetype(face, int(r.uniform(2.3, 3.4) * mm)), fill=ink)
        top += 9.0
    d.rectangle([4 * mm, 12 * mm, 28 * mm, 44 * mm], fill=tuple(r.randint(60, 200) for _ in range(3)))
    a = np.asarray(im).astype(np.float32)
    m = cv2.getRotationMatrix2D((width / 2, height / 2), r.uniform(-1.2, 1.2), 1)
    a = cv2.warpAffine(a, m, (width, height), borderMode=cv2.BORDER_REFLECT)
    a = cv2.GaussianBlur(a, (0, 0), r.uniform(0.3, 1.1) * width / 1000)
    a = a * r.uniform(0.6, 1.05) * np.linspace(r.uniform(0.8, 1), 1, width, dtype=np.float32)[None, :, None]
    a += g.normal(0, r.uniform(1, 6), a.shape)
    return np.clip(a, 0, 255).astype(np.uint8), values


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("--count", type=int, default=200)
    p.add_argument("--width", type=int, default=1000)
    p.add_argument("--seed", type=int, default=7)
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    r, g = random.Random(a.seed), np.random.default_rng(a.seed)
    with open(os.path.join(a.out, "truth.jsonl"), "w") as truth:
        for i in range(a.count):
            picture, values = document(a.width, r, g)
            cv2.imwrite(f"{a.out}/{i:04}.jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, r.randint(70, 95)])
            truth.write(json.dumps({"file": f"{i:04}.jpg", "values": values, "names": [[v, zone(v)] for v in values[:2]]}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
