/** Geometry of cutting the portrait out of the front picture. Everything is in pixels of that picture. */

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

export const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof HANDLES)[number];

/** Smaller than this a portrait holds no face that can be compared. */
export const SMALLEST: Size = { width: 48, height: 64 };

/** Of the room above and below the guide frame, the share above it: the instruction stands there. */
const ROOM_ABOVE = 0.75;

/** Where the guide frame lies in a picture of this size, for a card or a passport page. */
export function guide(picture: Size, ratio: number): Rect {
  const height = Math.min(picture.height * 0.82, (picture.width * 0.9) / ratio);
  const width = height * ratio;
  return { x: (picture.width - width) / 2, y: (picture.height - height) * ROOM_ABOVE, width, height };
}

export const CARD_RATIO = 85.6 / 53.98;
export const PAGE_RATIO = 125 / 88;

/** A picture of this shape is the document itself, straightened; any other shows it inside the guide frame. */
const SHAPE_TOLERANCE = 0.06;

/** On cards and passports alike the portrait stands in the left third. */
export function initial(picture: Size, passport: boolean): Rect {
  const ratio = passport ? PAGE_RATIO : CARD_RATIO;
  const straightened = Math.abs(picture.width / picture.height / ratio - 1) < SHAPE_TOLERANCE;
  const card = straightened ? { x: 0, y: 0, ...picture } : guide(picture, ratio);
  const place = passport
    ? { x: 0.04, y: 0.16, width: 0.29, height: 0.52 }
    : { x: 0.04, y: 0.22, width: 0.29, height: 0.62 };
  return clamp(
    {
      x: card.x + card.width * place.x,
      y: card.y + card.height * place.y,
      width: card.width * place.width,
      height: card.height * place.height,
    },
    picture,
  );
}

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Inside the picture and not smaller than allowed (or than the picture, if that is smaller still). */
export function clamp(rect: Rect, picture: Size): Rect {
  const width = within(rect.width, Math.min(SMALLEST.width, picture.width), picture.width);
  const height = within(rect.height, Math.min(SMALLEST.height, picture.height), picture.height);
  return {
    x: within(rect.x, 0, picture.width - width),
    y: within(rect.y, 0, picture.height - height),
    width,
    height,
  };
}

export function move(rect: Rect, dx: number, dy: number, picture: Size): Rect {
  return clamp({ ...rect, x: rect.x + dx, y: rect.y + dy }, picture);
}

/** Moves one edge or corner; the opposite one stays where it is. */
export function resize(rect: Rect, handle: Handle, dx: number, dy: number, picture: Size): Rect {
  let left = rect.x;
  let top = rect.y;
  let right = rect.x + rect.width;
  let bottom = rect.y + rect.height;
  const least = { width: Math.min(SMALLEST.width, picture.width), height: Math.min(SMALLEST.height, picture.height) };
  if (handle.includes('w')) left = within(left + dx, 0, right - least.width);
  if (handle.includes('e')) right = Math.max(left + least.width, Math.min(right + dx, picture.width));
  if (handle.startsWith('n')) top = within(top + dy, 0, bottom - least.height);
  if (handle.startsWith('s')) bottom = Math.max(top + least.height, Math.min(bottom + dy, picture.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Whole pixels inside the picture, as the session wants them. */
export function pixels(rect: Rect, picture: Size): Rect {
  const x = Math.floor(within(rect.x, 0, picture.width - 1));
  const y = Math.floor(within(rect.y, 0, picture.height - 1));
  return {
    x,
    y,
    width: Math.max(1, Math.min(Math.round(rect.width), picture.width - x)),
    height: Math.max(1, Math.min(Math.round(rect.height), picture.height - y)),
  };
}

/** What an arrow key does: it moves, with Shift it sizes from the lower right corner. */
export function byKey(rect: Rect, key: string, sizing: boolean, step: number, picture: Size): Rect | null {
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  const by = steps[key];
  if (!by) return null;
  return sizing ? resize(rect, 'se', by[0], by[1], picture) : move(rect, by[0], by[1], picture);
}
