#!/usr/bin/env python3
"""Draws the specimens of the replay camera. Run by hand when they change; the pictures are committed.

Needs rsvg-convert (librsvg2-bin), ImageMagick's convert, the fonts DejaVu and OCR-B (fonts-ocr-b), and as its
argument scikit-image's astronaut.png (see SOURCES.md):  python3 draw.py path/to/astronaut.png
"""
import base64, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).parent
W, H = 1920, 1080


def check_digit(text):
    value = lambda c: 0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55
    return str(sum(value(c) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def td1(expiry="340415"):
    number, birth = "D23145890", "740812"
    upper = "I<UTO" + number + check_digit(number) + "12345678Z".ljust(15, "<")
    lower = birth + check_digit(birth) + "F" + expiry + check_digit(expiry) + "UTO" + "<" * 11
    composite = upper[5:30] + lower[0:7] + lower[8:15] + lower[18:29]
    return [upper, lower + check_digit(composite), "ERIKSSON<<ANNA<MARIA".ljust(30, "<")]


def td3(expiry="340415"):
    number, birth, personal = "L898902C3", "740812", "12345678Z".ljust(14, "<")
    lower = (number + check_digit(number) + "UTO" + birth + check_digit(birth) + "F" + expiry
             + check_digit(expiry) + personal + check_digit(personal))
    composite = lower[0:10] + lower[13:20] + lower[21:43]
    return ["P<UTOERIKSSON<<ANNA<MARIA".ljust(44, "<"), lower + check_digit(composite)]


def esc(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def portrait(source, crop, size, grey):
    with tempfile.NamedTemporaryFile(suffix=".png") as out:
        run = ["/usr/bin/convert", source, "-crop", crop, "+repage", "-resize", size + "!"]
        subprocess.run(run + (["-colorspace", "Gray"] if grey else []) + [out.name], check=True)
        return base64.b64encode(pathlib.Path(out.name).read_bytes()).decode()


def guilloche(width, height, colour):
    lines = []
    for k in range(26):
        points = " ".join(
            f"{x},{height * (k + .5) / 26 + 14 * __import__('math').sin(x / 47 + k * .55) + 6 * __import__('math').sin(x / 13 + k):.1f}"
            for x in range(0, width + 12, 12))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1" opacity=".38"/>')
    return "".join(lines)


def text(x, y, value, size=26, weight="normal", colour="#1c2a33", family="DejaVu Sans", extra=""):
    return (f'<text x="{x}" y="{y}" font-family="{family}" font-size="{size}" font-weight="{weight}" '
            f'fill="{colour}" {extra}>{esc(value)}</text>')


def field(x, y, label, value, size=30):
    return text(x, y, label, 15, colour="#4d6470") + text(x, y + size + 4, value, size, "bold")


def mrz(x, y, lines, size, step):
    return "".join(
        text(x, y + i * step, line, size, family="OCR B", colour="#10161a",
             extra='xml:space="preserve"')
        for i, line in enumerate(lines))


def specimen_mark(width, height, size):
    return (f'<g transform="translate({width / 2} {height / 2}) rotate(-24)">'
            f'<text text-anchor="middle" y="{size / 3}" font-family="DejaVu Sans" font-size="{size}" '
            f'font-weight="bold" fill="#b3261e" opacity=".30" letter-spacing="{size / 9}">SPECIMEN</text></g>')


def card(body, width, height, tint):
    a, b, line = tint
    return (f'<defs><clipPath id="c"><rect width="{width}" height="{height}" rx="{width * .034:.0f}"/></clipPath>'
            f'<linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="{a}"/>'
            f'<stop offset="1" stop-color="{b}"/></linearGradient></defs>'
            f'<g clip-path="url(#c)"><rect width="{width}" height="{height}" fill="url(#g)"/>'
            f'{guilloche(width, height, line)}{body}</g>')


TEAL = ("#dcecee", "#b9d6d3", "#3d8b8b")
CARD_W, CARD_H = 1344, 848


def card_front(face, expiry="15 APR 2034"):
    body = (
        f'<rect width="{CARD_W}" height="92" fill="#0f4c5c" opacity=".93"/>'
        + text(44, 60, "UTOPIA", 42, "bold", "#fff", extra='letter-spacing="6"')
        + text(300, 58, "IDENTITY CARD · CARTE D'IDENTITÉ", 27, colour="#dcecee")
        + f'<image x="60" y="150" width="368" height="474" href="data:image/png;base64,{face}"/>'
        + '<rect x="60" y="150" width="368" height="474" fill="none" stroke="#0f4c5c" stroke-width="3"/>'
        + field(476, 170, "Surname / Nom", "ERIKSSON", 42)
        + field(476, 264, "Given names / Prénoms", "ANNA MARIA", 42)
        + field(476, 358, "Date of birth", "12 AUG 1974") + field(800, 358, "Sex", "F")
        + field(930, 358, "Nationality", "UTO") + field(476, 442, "Document No.", "D23145890")
        + field(800, 442, "Date of expiry", expiry) + field(476, 526, "Personal No.", "12345678Z")
        + field(800, 526, "Place of birth", "ZENITH")
        + text(60, 700, "SPECIMEN", 44, "bold", "#b3261e") + text(60, 742, "Not a real document. For training only.", 24)
        + '<g transform="translate(1160 700)" fill="none" stroke="#0f4c5c" stroke-width="4" opacity=".7">'
          '<circle r="84"/><circle r="62"/><path d="M-60 0 0 -60 60 0 0 60Z"/></g>')
    return card(body + specimen_mark(CARD_W, CARD_H, 190), CARD_W, CARD_H, TEAL)


def card_rear(zone, issued="15 APR 2024"):
    body = (
        '<rect y="40" width="1344" height="10" fill="#0f4c5c" opacity=".6"/>'
        + field(70, 110, "Address / Adresse", "14 HORIZON ROW, ZENITH")
        + field(70, 200, "Authority / Autorité", "CIVIL REGISTRY OF UTOPIA") + field(70, 290, "Date of issue", issued)
        + field(420, 290, "Height", "172 cm")
        + '<rect x="1010" y="100" width="190" height="150" rx="18" fill="#d9b44a" stroke="#8a6d1d" stroke-width="3"/>'
          '<path d="M1010 150h70v50h-70M1200 150h-70v50h70M1105 100v50M1105 200v50" stroke="#8a6d1d" stroke-width="3" fill="none"/>'
        + text(70, 430, "SPECIMEN", 40, "bold", "#b3261e") + text(330, 430, "Not a real document. For training only.", 24)
        + '<rect y="520" width="1344" height="328" fill="#fff" opacity=".78"/>'
        + mrz(72, 608, zone, 54, 92))
    return card(body + specimen_mark(CARD_W, 520, 150), CARD_W, CARD_H, TEAL)


PASS_W, PASS_H = 1344, 946


def passport(face, zone, issued="15 APR 2024", expiry="15 APR 2034"):
    body = (
        text(56, 66, "UTOPIA", 42, "bold", "#5b1f3a", extra='letter-spacing="6"') + text(300, 64, "PASSPORT · PASSEPORT", 28, colour="#5b1f3a")
        + f'<image x="56" y="130" width="378" height="486" href="data:image/png;base64,{face}"/>'
        + field(480, 140, "Type", "P") + field(620, 140, "Code", "UTO") + field(840, 140, "Passport No.", "L898902C3")
        + field(480, 224, "Surname / Nom", "ERIKSSON", 40) + field(480, 312, "Given names / Prénoms", "ANNA MARIA", 40)
        + field(480, 402, "Nationality", "UTOPIAN") + field(840, 402, "Personal No.", "12345678Z")
        + field(480, 482, "Date of birth", "12 AUG 1974") + field(840, 482, "Sex", "F") + field(940, 482, "Place of birth", "ZENITH")
        + field(480, 562, "Date of issue", issued) + field(840, 562, "Date of expiry", expiry)
        + text(56, 678, "SPECIMEN", 40, "bold", "#b3261e") + text(320, 676, "Not a real document. For training only.", 24)
        + '<rect y="716" width="1344" height="230" fill="#fff" opacity=".8"/>' + mrz(56, 808, zone, 39, 84))
    return card(body + specimen_mark(PASS_W, PASS_H, 190), PASS_W, PASS_H, ("#f3e6ea", "#e2c9d2", "#a04468"))


BAND = (f'<g><rect width="{W}" height="46" fill="#f2b233"/>'
        + "".join(f'<path d="M{x} 0h26l-46 46h-26z" fill="#2b2b2b"/>' for x in range(0, W + 60, 120))
        + f'<rect x="640" y="0" width="640" height="46" fill="#f2b233"/><text x="960" y="33" text-anchor="middle" '
          'font-family="DejaVu Sans" font-size="28" font-weight="bold" fill="#1d1d1d">SPECIMEN · TRAINING</text></g>')


def desk(document, width, height, turn):
    grain = "".join(f'<path d="M0 {y} C 480 {y + 9} 1100 {y - 12} 1920 {y + 5}" stroke="#6b4a2f" stroke-width="{1 + y % 3}" '
                    f'opacity=".{10 + y % 13}" fill="none"/>' for y in range(0, H, 17))
    x, y = (W - width) / 2, (H - height) / 2 + 46
    return (f'<defs><radialGradient id="l" cx=".42" cy=".35" r=".9"><stop offset="0" stop-color="#fff" stop-opacity=".22"/>'
            '<stop offset="1" stop-color="#000" stop-opacity=".34"/></radialGradient>'
            '<filter id="s" x="-10%" y="-10%" width="120%" height="130%"><feGaussianBlur stdDeviation="14"/></filter></defs>'
            f'<rect width="{W}" height="{H}" fill="#8a6545"/>{grain}'
            f'<g transform="rotate({turn} {W / 2} {H / 2})">'
            f'<rect x="{x + 8}" y="{y + 16}" width="{width}" height="{height}" rx="44" fill="#000" opacity=".45" filter="url(#s)"/>'
            f'<g transform="translate({x} {y})">{document}</g></g>'
            f'<rect width="{W}" height="{H}" fill="url(#l)"/>{BAND}')


def face(source):
    with tempfile.TemporaryDirectory() as folder:
        person, wall = f"{folder}/person.png", f"{folder}/wall.png"
        subprocess.run(["/usr/bin/convert", source, "-crop", "400x400+24+0", "+repage", "-resize", "1034x1034", person], check=True)
        subprocess.run(["/usr/bin/convert", source, "-resize", "1920x1920!", "-gravity", "center", "-crop", "1920x1080+0-300",
                        "+repage", "-blur", "0x40", "-modulate", "80,60", wall], check=True)
        data = [base64.b64encode(pathlib.Path(p).read_bytes()).decode() for p in (person, wall)]
    return (f'<defs><linearGradient id="f" x1="0" x2="1"><stop offset="0" stop-color="#000"/><stop offset=".14" stop-color="#fff"/>'
            '<stop offset=".86" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>'
            '<mask id="m"><rect x="443" y="46" width="1034" height="1034" fill="url(#f)"/></mask></defs>'
            f'<image width="{W}" height="{H}" href="data:image/png;base64,{data[1]}"/>'
            f'<image x="443" y="46" width="1034" height="1034" mask="url(#m)" href="data:image/png;base64,{data[0]}"/>{BAND}')


def render(name, body, part=None, quality=86):
    """Draws a frame, or the part of it that differs from another (ImageMagick's geometry)."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}" height="{H}" viewBox="0 0 {W} {H}">{body}</svg>'
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(f"{folder}/a.svg").write_text(svg)
        subprocess.run(["rsvg-convert", "--unlimited", "-o", f"{folder}/a.png", f"{folder}/a.svg"], check=True)
        subprocess.run(["/usr/bin/convert", f"{folder}/a.png", *(["-crop", part, "+repage"] if part else []), "-strip", "-sampling-factor", "4:2:0", "-quality",
                        str(quality), str(HERE / f"{name}.jpg")], check=True)


if __name__ == "__main__":
    source = sys.argv[1]
    head = portrait(source, "168x216+142+8", "368x474", True)
    render("document_front", desk(card_front(head), CARD_W, CARD_H, -0.7))
    render("document_rear", desk(card_rear(td1()), CARD_W, CARD_H, 0.5))
    render("passport_page", desk(passport(head, td3()), PASS_W, PASS_H, -0.4))
    render("face", face(source))
    (HERE / "mrz.txt").write_text("\n".join(td1() + td3()) + "\n")
    # Documents whose time is over: the parts that differ; where they lie is in ../src/replay/defects.rs.
    issued, expiry, zones = "15 APR 2010", "15 APR 2020", (td1("200415"), td3("200415"))
    render("expired_front", desk(card_front(head, expiry), CARD_W, CARD_H, -0.7), "352x80+1072+592")
    render("expired_rear", desk(card_rear(zones[0], issued), CARD_W, CARD_H, 0.5), "1296x480+320+416")
    render("expired_passport", desk(passport(head, zones[1], issued, expiry), PASS_W, PASS_H, -0.4), "1296x384+320+656")
    (HERE / "mrz_expired.txt").write_text("\n".join(zones[0] + zones[1]) + "\n")
