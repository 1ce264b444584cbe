/** Geometry of looking at a picture: how large, which part, which way up. Rooms are in CSS pixels. */

import type { Rect, Size } from './crop';

/** Quarter turns clockwise. */
export type Turn = 0 | 1 | 2 | 3;

export interface View {
  /** 1 shows the whole picture; 2 is twice as large. Sizes stay comparable between pictures of different size. */
  zoom: number;
  /** The point in the middle of the room, as shares of the picture as it is turned. */
  x: number;
  y: number;
  turn: Turn;
}

export interface Point {
  x: number;
  y: number;
}

export const WHOLE: View = { zoom: 1, x: 0.5, y: 0.5, turn: 0 };

/** One press of + or −. */
export const ZOOM_STEP = 1.25;
/** One press of an arrow, as a share of the room. */
export const PAN_SHARE = 0.12;
/** How much larger the magnifier shows than the picture around it. */
export const LENS_FACTOR = 2.5;
/** The nearest look: a picture's pixel on so many of the screen's, or so many times the whole picture. */
const NEAREST_PIXELS = 8;
const NEAREST_WHOLE = 8;

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** The station could read its size. What it could not read, or was too large for it, is not given to the browser either. */
export function readable(picture: Size): boolean {
  return picture.width > 0 && picture.height > 0;
}

/** The picture's size as it is turned. */
export function turned(picture: Size, turn: Turn): Size {
  return turn % 2 === 0 ? picture : { width: picture.height, height: picture.width };
}

/** CSS pixels to a pixel of the picture when all of it shows; 0 where there is no room or no picture. */
export function wholeScale(room: Size, picture: Size, turn: Turn): number {
  const { width, height } = turned(picture, turn);
  if (!(width > 0 && height > 0 && room.width > 0 && room.height > 0)) return 0;
  return Math.min(room.width / width, room.height / height);
}

/** The zoom at which a pixel of the picture is one of the screen. `density` is the screen's pixels to a CSS pixel. */
export function actual(room: Size, picture: Size, turn: Turn, density: number): number {
  const scale = wholeScale(room, picture, turn);
  return scale > 0 ? 1 / (scale * density) : 1;
}

export function limits(room: Size, picture: Size, turn: Turn, density: number): { least: number; most: number } {
  const one = actual(room, picture, turn, density);
  return { least: Math.min(1, one), most: Math.max(NEAREST_WHOLE, one * NEAREST_PIXELS) };
}

/** How large a pixel of the picture is on the screen, in per cent. */
export function percentOf(view: View, room: Size, picture: Size, density: number): number {
  return Math.round(view.zoom * wholeScale(room, picture, view.turn) * density * 100);
}

function shown(view: View, room: Size, picture: Size): Size {
  const { width, height } = turned(picture, view.turn);
  const scale = wholeScale(room, picture, view.turn) * view.zoom;
  return { width: width * scale, height: height * scale };
}

/** The middle, so that no edge of the picture comes further in than it must. */
function middle(share: number, length: number, room: number): number {
  if (length <= room) return 0.5;
  const half = room / 2 / length;
  return within(share, half, 1 - half);
}

/** The view, inside what this room allows. */
export function settle(view: View, room: Size, picture: Size, density: number): View {
  const { least, most } = limits(room, picture, view.turn, density);
  const sized = { ...view, zoom: within(view.zoom, least, most) };
  const { width, height } = shown(sized, room, picture);
  return { ...sized, x: middle(view.x, width, room.width), y: middle(view.y, height, room.height) };
}

/** Where the picture as it is turned lies in the room. */
export function place(view: View, room: Size, picture: Size): Rect {
  const { width, height } = shown(view, room, picture);
  const x = room.width / 2 - middle(view.x, width, room.width) * width;
  const y = room.height / 2 - middle(view.y, height, room.height) * height;
  return { x, y, width, height };
}

/** Zooms so that what lies under `at` stays there. */
export function zoomAt(view: View, factor: number, at: Point, room: Size, picture: Size, density: number): View {
  const before = place(view, room, picture);
  if (before.width === 0 || before.height === 0) return view;
  const { least, most } = limits(room, picture, view.turn, density);
  const zoom = within(view.zoom * factor, least, most);
  const grown = zoom / view.zoom;
  const share = { x: (at.x - before.x) / before.width, y: (at.y - before.y) / before.height };
  const x = share.x + (room.width / 2 - at.x) / (before.width * grown);
  const y = share.y + (room.height / 2 - at.y) / (before.height * grown);
  return settle({ ...view, zoom, x, y }, room, picture, density);
}

/** Moves the picture by CSS pixels, as a hand on it would. */
export function pan(view: View, dx: number, dy: number, room: Size, picture: Size, density: number): View {
  const { width, height } = shown(view, room, picture);
  if (width === 0 || height === 0) return view;
  return settle({ ...view, x: view.x - dx / width, y: view.y - dy / height }, room, picture, density);
}

/** A quarter turn clockwise; what was in the middle stays there. */
export function rotate(view: View): View {
  return { ...view, turn: ((view.turn + 1) % 4) as Turn, x: 1 - view.y, y: view.x };
}

/** What the wheel asks for: a notch of 100 is one step, a touch pad's small moves are small. */
export function wheelFactor(deltaY: number): number {
  return ZOOM_STEP ** (-within(deltaY, -300, 300) / 100);
}

/** Where the picture lies inside the lens, so that the point under the lens's middle is in it. */
export function lens(view: View, at: Point, diameter: number, room: Size, picture: Size): Rect {
  const under = place(view, room, picture);
  return {
    x: diameter / 2 - (at.x - under.x) * LENS_FACTOR,
    y: diameter / 2 - (at.y - under.y) * LENS_FACTOR,
    width: under.width * LENS_FACTOR,
    height: under.height * LENS_FACTOR,
  };
}

export type ViewerIntent = 'in' | 'out' | 'fit' | 'actual' | 'rotate' | 'lens' | 'beside' | 'other' | 'together' | Point;

/** What a key asks of the picture. A point is the way that the view goes. */
export function viewerIntent(key: string): ViewerIntent | null {
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case '+':
    case '=':
      return 'in';
    case '-':
    case '_':
      return 'out';
    case '0':
      return 'fit';
    case '9':
      return 'actual';
    case 'r':
      return 'rotate';
    case 'm':
      return 'lens';
    case 's':
      return 'beside';
    case 'x':
      return 'other';
    case 'l':
      return 'together';
    case 'ArrowLeft':
      return { x: -1, y: 0 };
    case 'ArrowRight':
      return { x: 1, y: 0 };
    case 'ArrowUp':
      return { x: 0, y: -1 };
    case 'ArrowDown':
      return { x: 0, y: 1 };
    default:
      return null;
  }
}
