/** Where on the screen lies what was found in a frame. The session gives shares of the frame's width and height. */

import type { Instruction } from '../api/bindings/Instruction';
import type { IconName } from '../components/Icon.svelte';
import type { Rect, Size } from './crop';
import { fit } from './fit';

export type Point = [number, number];
export type Quad = [Point, Point, Point, Point];

/** Where the whole frame lies in a room that it is centred in, as large as it fits. */
export function place(room: Size, frame: Size): Rect {
  const size = fit(room, frame);
  return { x: (room.width - size.width) / 2, y: (room.height - size.height) / 2, ...size };
}

/** A share of the frame as a point of the place that shows the whole frame. */
export function onPlace([x, y]: readonly [number, number], at: Rect): Point {
  return [at.x + x * at.width, at.y + y * at.height];
}

/** An outline as an SVG path. */
export function path(corners: readonly (readonly [number, number])[], at: Rect): string {
  const points = corners.map((corner) => onPlace(corner, at).map((value) => Math.round(value * 10) / 10).join(' '));
  return points.length === 0 ? '' : `M${points.join('L')}z`;
}

/** A picture says it faster than five words. */
export const INSTRUCTION_ICON: Record<Instruction, IconName> = {
  show_document: 'card',
  move_closer: 'closer',
  move_away: 'away',
  whole_document: 'corners',
  hold_flat: 'equal',
  turn_upright: 'upright',
  too_dark: 'light',
  too_bright: 'dark',
  avoid_glare: 'glare',
  hold_still: 'still',
  hold_sharp: 'still',
  other_side: 'flip',
  show_face: 'person',
  one_face_only: 'people',
  come_closer: 'closer',
  go_back: 'away',
  centre: 'centre',
  look_straight: 'eye',
  head_upright: 'upright',
  face_light: 'light',
  steady: 'check',
  taken: 'camera',
};
