"""What other readers of machine-readable zones make of the pictures of a folder: python mrz_peers.py READER FOLDER

READER: passporteye, fastmrz, tesseract. Prints one JSON object a picture, {"file", "lines", "all_valid"} (null where the reader makes no such
claim), and a last one {"cpu_ms"}: this process and those it started, without loading the reader.
"""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import warnings

os.environ["OMP_THREAD_LIMIT"] = "1"
warnings.filterwarnings("ignore")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
SHARE_WITH_ZONE = 0.36  # of the document's height, from below: more than any zone takes


def cpu_ms():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return 1000 * sum(u.ru_utime + u.ru_stime for u in used)


def passporteye():
    from passporteye import read_mrz
    from passporteye.mrz.text import MRZOCRCleaner

    def read(file, _):
        found = read_mrz(file)
        if found is None:
            return [], False
        # As it takes them itself: letters exchanged for digits where the place asks for one, and the other way round.
        return MRZOCRCleaner.apply(found.aux["raw_text"]), bool(found.valid)

    return read


def fastmrz():
    import cv2
    from fastmrz import FastMRZ

    # Its package lacks the text model named mrz that it asks tesseract for: Debian's English one serves under that name.
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True)
    models = (listed.stdout + listed.stderr).split('"')[1]
    folder = tempfile.mkdtemp()
    shutil.copy(os.path.join(models, "eng.traineddata"), os.path.join(folder, "mrz.traineddata"))
    reader = FastMRZ(tessdata_path=folder)

    def read(file, _):
        text = reader.get_details(cv2.imread(file), input_type="numpy", ignore_parse=True)
        lines = text.split("\n") if isinstance(text, str) and text else []
        try:
            valid = bool(lines) and reader.get_details(text, input_type="text").get("status") == "SUCCESS"
        except (IndexError, ValueError, KeyError):
            valid = False
        return lines, valid

    return read


def tesseract():
    import cv2
    import numpy as np

    def read(file, truth):
        # Given what the others have to find: the lower part of the document, upright and straightened by its true corners.
        picture = cv2.imread(file, cv2.IMREAD_GRAYSCALE)
        quad = np.float32(truth["quad"])
        width, height = (int(np.linalg.norm(quad[i] - quad[j])) for i, j in ((0, 1), (1, 2)))
        to = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
        flat = cv2.warpPerspective(picture, cv2.getPerspectiveTransform(quad, to), (width, height), flags=cv2.INTER_CUBIC)
        part = cv2.imencode(".png", flat[int(height * (1 - SHARE_WITH_ZONE)):])[1].tobytes()
        command = ["tesseract", "-", "-", "--psm", "6", "-c", f"tessedit_char_whitelist={ALPHABET}"]
        text = subprocess.run(command, input=part, capture_output=True, check=True).stdout.decode()
        lines = [line.replace(" ", "") for line in text.split("\n")]
        # A zone's lines are never shorter than 30; some loss is allowed for.
        return [line for line in lines if len(line) >= 24][-3 if truth["kind"] == "TD1" else -2:], None

    return read


def main():
    reader, folder = sys.argv[1], sys.argv[2]
    read = {"passporteye": passporteye, "fastmrz": fastmrz, "tesseract": tesseract}[reader]()
    with open(f"{folder}/truth.jsonl") as rows:
        truths = [json.loads(row) for row in rows]
    read(f"{folder}/{truths[0]['file']}", truths[0])  # what is loaded at the first call does not count
    began = cpu_ms()
    for truth in truths:
        lines, valid = read(f"{folder}/{truth['file']}", truth)
        print(json.dumps({"file": truth["file"], "lines": lines, "all_valid": valid}))
    print(json.dumps({"cpu_ms": cpu_ms() - began}))


if __name__ == "__main__":
    main()
