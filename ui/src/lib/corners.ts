/** The document's corners, set by hand, in pixels of the picture as the camera gave it. */

import type { PendingCapture } from '../api/bindings/PendingCapture';
import type { Size } from './crop';
import type { Point, Quad } from './outline';

/** Shorter than this no side of a document can be read. */
export const LEAST_SIDE_PX = 100;
export const KEY_STEP_PX = 1;
export const KEY_STRIDE_PX = 10;

const MARGIN = 0.12;

/** The picture that the corners are set on; null where there is none to set them on. */
export function original(pending: PendingCapture): { id: string; size: Size } | null {
  const { look } = pending;
  if (pending.kind !== 'document_front' && pending.kind !== 'document_rear') return null;
  if (look.original === null || !(look.originalWidth > 0 && look.originalHeight > 0)) return null;
  return { id: look.original, size: { width: look.originalWidth, height: look.originalHeight } };
}

/** The corners that were found, or a rectangle to begin with. */
export function first(found: Quad | null, { width, height }: Size): Quad {
  if (found) return found;
  const [left, top] = [width * MARGIN, height * MARGIN];
  return [[left, top], [width - left, top], [width - left, height - top], [left, height - top]];
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

export function moved(quad: Quad, index: number, [x, y]: Point, size: Size): Quad {
  const next = quad.map((corner) => [...corner]) as Quad;
  next[index] = [within(x, size.width - 1), within(y, size.height - 1)];
  return next;
}

/** What an arrow key does to a corner; null for any other key. */
export function byKey(quad: Quad, index: number, key: string, stride: boolean, size: Size): Quad | null {
  const step = stride ? KEY_STRIDE_PX : KEY_STEP_PX;
  const steps: Record<string, Point> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  const by = steps[key];
  const from = quad[index];
  return by && from ? moved(quad, index, [from[0] + by[0], from[1] + by[1]], size) : null;
}

/** Why these corners cannot be those of a document. */
export function cornersProblem(quad: Quad): 'crossed' | 'small' | null {
  const at = (index: number): Point => quad[index % 4] ?? [0, 0];
  const side = (index: number): Point => [at(index + 1)[0] - at(index)[0], at(index + 1)[1] - at(index)[1]];
  for (let index = 0; index < 4; index += 1) {
    const [a, b] = [side(index), side(index + 1)];
    if (a[0] * b[1] - a[1] * b[0] <= 0) return 'crossed';
  }
  return [0, 1, 2, 3].some((index) => Math.hypot(...side(index)) < LEAST_SIDE_PX) ? 'small' : null;
}

/** Where the magnifier stands: beside the corner, towards the middle of the place, never outside it. */
export function beside([x, y]: Point, place: Size, diameter: number): Point {
  const gap = diameter / 2 + 36;
  const left = x < place.width / 2 ? x + gap : x - gap;
  const top = y < place.height / 2 ? y + gap : y - gap;
  const clamp = (value: number, room: number) => Math.min(Math.max(value, diameter / 2), Math.max(diameter / 2, room - diameter / 2));
  return [clamp(left, place.width), clamp(top, place.height)];
}
