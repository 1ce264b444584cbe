import type { Size } from './crop';

/** The largest size of this shape inside a box, in whole pixels. */
export function fit(box: Size, picture: Size): Size {
  if (!(picture.width > 0 && picture.height > 0 && box.width > 0 && box.height > 0)) return { width: 0, height: 0 };
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  return { width: Math.floor(picture.width * scale), height: Math.floor(picture.height * scale) };
}

/** Preview widths worth asking for; scaling to anything in between costs the camera side without showing. */
const WIDTHS = [640, 960, 1280];

/** The smallest of them that fills the place without looking soft. */
export function previewWidth(cssWidth: number, density: number): number {
  const wanted = cssWidth * density * 0.75;
  return WIDTHS.find((width) => width >= wanted) ?? 1280;
}
