import { describe, expect, it } from 'vitest';
import {
  actual, lens, LENS_FACTOR, limits, pan, percentOf, place, readable, rotate, settle, turned, viewerIntent, wheelFactor, WHOLE, wholeScale,
  zoomAt, ZOOM_STEP, type View,
} from '../src/lib/viewer';

const ROOM = { width: 800, height: 600 };
const CARD = { width: 1600, height: 1000 };
const NOWHERE = { width: 0, height: 0 };

/** The share of the picture that lies under a point of the room. */
function under(view: View, at: { x: number; y: number }) {
  const { x, y, width, height } = place(view, ROOM, CARD);
  return { x: (at.x - x) / width, y: (at.y - y) / height };
}

describe('a picture that the station could not read', () => {
  it.each([
    [{ width: 0, height: 0 }, false], [{ width: 0, height: 7 }, false], [{ width: 7, height: 0 }, false], [{ width: 1, height: 1 }, true],
  ])('%o can be shown: %s', (picture, shown) => expect(readable(picture)).toBe(shown));
  it('is not moved or zoomed', () => {
    expect(zoomAt(WHOLE, 2, { x: 10, y: 10 }, ROOM, NOWHERE, 1)).toEqual(WHOLE);
    expect(pan(WHOLE, 5, 5, ROOM, NOWHERE, 1)).toEqual(WHOLE);
  });
});

describe('the whole picture', () => {
  it('fills the room one way and lies in the middle the other', () => {
    expect(wholeScale(ROOM, CARD, 0)).toBe(0.5);
    expect(place(WHOLE, ROOM, CARD)).toEqual({ x: 0, y: 50, width: 800, height: 500 });
  });
  it('is measured as it is turned', () => {
    expect(turned(CARD, 1)).toEqual({ width: 1000, height: 1600 });
    expect(turned(CARD, 2)).toEqual(CARD);
    expect(place({ ...WHOLE, turn: 1 }, ROOM, CARD)).toEqual({ x: 212.5, y: 0, width: 375, height: 600 });
  });
  it('stands a room that is not there yet', () => {
    expect(wholeScale(NOWHERE, CARD, 0)).toBe(0);
    expect(percentOf(WHOLE, NOWHERE, CARD, 1)).toBe(0);
    expect(zoomAt(WHOLE, 2, { x: 0, y: 0 }, NOWHERE, CARD, 1)).toEqual(WHOLE);
    expect(pan(WHOLE, 5, 5, NOWHERE, CARD, 1)).toEqual(WHOLE);
  });
});

describe('zooming', () => {
  it.each([[{ x: 400, y: 300 }], [{ x: 120, y: 90 }], [{ x: 700, y: 500 }]])('keeps what lies under %j', (at) => {
    const before = zoomAt(WHOLE, 3, { x: 400, y: 300 }, ROOM, CARD, 1);
    const after = zoomAt(before, ZOOM_STEP, at, ROOM, CARD, 1);
    expect(after.zoom).toBeCloseTo(3 * ZOOM_STEP);
    expect(under(after, at).x).toBeCloseTo(under(before, at).x);
    expect(under(after, at).y).toBeCloseTo(under(before, at).y);
  });
  it('shows a pixel on a pixel at 100 per cent, on dense screens too', () => {
    for (const density of [1, 1.25, 2]) {
      const zoom = actual(ROOM, CARD, 0, density);
      expect(percentOf({ ...WHOLE, zoom }, ROOM, CARD, density)).toBe(100);
    }
    expect(actual(ROOM, CARD, 0, 1)).toBe(2);
  });
  it('ends where nothing more is to be seen', () => {
    let view = WHOLE;
    for (let press = 0; press < 60; press += 1) view = zoomAt(view, ZOOM_STEP, { x: 400, y: 300 }, ROOM, CARD, 1);
    expect(view.zoom).toBe(limits(ROOM, CARD, 0, 1).most);
    for (let press = 0; press < 60; press += 1) view = zoomAt(view, 1 / ZOOM_STEP, { x: 9, y: 9 }, ROOM, CARD, 1);
    expect(view).toEqual(WHOLE);
  });
  it('a picture smaller than the room can be seen at its own size', () => {
    const stamp = { width: 200, height: 150 };
    const { least } = limits(ROOM, stamp, 0, 1);
    expect(least).toBe(0.25);
    expect(place({ ...WHOLE, zoom: least }, ROOM, stamp)).toEqual({ x: 300, y: 225, width: 200, height: 150 });
  });
  it('goes with the wheel, little by little', () => {
    expect(wheelFactor(-100)).toBeCloseTo(ZOOM_STEP);
    expect(wheelFactor(100)).toBeCloseTo(1 / ZOOM_STEP);
    expect(wheelFactor(-4)).toBeLessThan(1.02);
    expect(wheelFactor(-100_000)).toBeCloseTo(ZOOM_STEP ** 3);
  });
});

describe('moving', () => {
  it('follows the hand and stops at the edge', () => {
    const near = { ...WHOLE, zoom: 2 };
    const before = place(near, ROOM, CARD);
    const after = place(pan(near, 30, -20, ROOM, CARD, 1), ROOM, CARD);
    expect(after.x).toBeCloseTo(before.x + 30);
    expect(after.y).toBeCloseTo(before.y - 20);
    const corner = place(pan(near, 1e6, 1e6, ROOM, CARD, 1), ROOM, CARD);
    expect([corner.x, corner.y]).toEqual([0, 0]);
  });
  it('goes nowhere while all of it shows', () => expect(pan(WHOLE, 100, 100, ROOM, CARD, 1)).toEqual(WHOLE));
  it('never leaves a gap at an edge, wherever the middle is said to be', () => {
    for (const x of [-3, 0, 0.2, 0.5, 1, 7]) {
      const at = place(settle({ ...WHOLE, zoom: 4, x, y: x }, ROOM, CARD, 1), ROOM, CARD);
      expect(at.x).toBeLessThanOrEqual(1e-9);
      expect(at.y).toBeLessThanOrEqual(1e-9);
      expect(at.x + at.width).toBeGreaterThanOrEqual(ROOM.width - 1e-9);
      expect(at.y + at.height).toBeGreaterThanOrEqual(ROOM.height - 1e-9);
    }
  });
});

describe('turning', () => {
  it('keeps the middle in the middle', () => {
    // The upper right corner comes to lie at the lower right.
    expect(rotate({ ...WHOLE, zoom: 4, x: 0.9, y: 0.2 })).toEqual({ zoom: 4, x: 0.8, y: 0.9, turn: 1 });
  });
  it('four times is once around', () => {
    const view: View = { zoom: 3, x: 0.7, y: 0.4, turn: 0 };
    const around = rotate(rotate(rotate(rotate(view))));
    expect(around.turn).toBe(0);
    expect(around.x).toBeCloseTo(0.7);
    expect(around.y).toBeCloseTo(0.4);
  });
});

it('the lens has the point under it in its middle', () => {
  const view = settle({ ...WHOLE, zoom: 2, x: 0.4, y: 0.6 }, ROOM, CARD, 1);
  const at = { x: 250, y: 410 };
  const shown = lens(view, at, 220, ROOM, CARD);
  const share = under(view, at);
  expect((110 - shown.x) / shown.width).toBeCloseTo(share.x);
  expect((110 - shown.y) / shown.height).toBeCloseTo(share.y);
  expect(shown.width).toBeCloseTo(place(view, ROOM, CARD).width * LENS_FACTOR);
});

it.each([
  ['+', 'in'], ['=', 'in'], ['-', 'out'], ['0', 'fit'], ['9', 'actual'], ['r', 'rotate'], ['R', 'rotate'], ['m', 'lens'],
  ['s', 'beside'], ['x', 'other'], ['l', 'together'], ['1', null], ['Enter', null], ['Escape', null],
])('%s means %s to the viewer', (key, meaning) => expect(viewerIntent(key)).toBe(meaning));

it('arrows move the view', () => {
  expect(viewerIntent('ArrowLeft')).toEqual({ x: -1, y: 0 });
  expect(viewerIntent('ArrowDown')).toEqual({ x: 0, y: 1 });
});
