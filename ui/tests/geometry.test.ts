import { describe, expect, it } from 'vitest';
import { byKey, CARD_RATIO, guide, HANDLES, initial, move, pixels, resize, SMALLEST, type Rect } from '../src/lib/crop';
import { fit, previewWidth } from '../src/lib/fit';

const PICTURE = { width: 1920, height: 1080 };
const RECT: Rect = { x: 300, y: 200, width: 400, height: 500 };

function inside(rect: Rect, picture = PICTURE) {
  expect(rect.x).toBeGreaterThanOrEqual(0);
  expect(rect.y).toBeGreaterThanOrEqual(0);
  expect(rect.x + rect.width).toBeLessThanOrEqual(picture.width + 1e-9);
  expect(rect.y + rect.height).toBeLessThanOrEqual(picture.height + 1e-9);
}

describe('the guide', () => {
  it('keeps the shape of a card in wide and in square pictures', () => {
    for (const picture of [PICTURE, { width: 1280, height: 960 }, { width: 720, height: 1280 }]) {
      const frame = guide(picture, CARD_RATIO);
      inside(frame, picture);
      expect(frame.width / frame.height).toBeCloseTo(CARD_RATIO, 6);
    }
  });
});

describe('the first rectangle', () => {
  it.each([true, false])('lies in the left third of the document (passport: %s)', (passport) => {
    const rect = initial(PICTURE, passport);
    const card = guide(PICTURE, CARD_RATIO);
    inside(rect);
    expect(rect.x + rect.width).toBeLessThan(card.x + card.width * 0.45);
    expect(rect.height).toBeGreaterThan(rect.width);
  });
});

describe('moving', () => {
  it('keeps the size at the edges', () => {
    expect(move(RECT, -9999, -9999, PICTURE)).toEqual({ ...RECT, x: 0, y: 0 });
    expect(move(RECT, 9999, 9999, PICTURE)).toEqual({ ...RECT, x: 1520, y: 580 });
  });
});

describe('sizing', () => {
  it('leaves the opposite edge where it is', () => {
    expect(resize(RECT, 'se', 50, 60, PICTURE)).toEqual({ ...RECT, width: 450, height: 560 });
    expect(resize(RECT, 'nw', 50, 60, PICTURE)).toEqual({ x: 350, y: 260, width: 350, height: 440 });
    expect(resize(RECT, 'e', 50, 60, PICTURE)).toEqual({ ...RECT, width: 450 });
    expect(resize(RECT, 'n', 50, 60, PICTURE)).toEqual({ ...RECT, y: 260, height: 440 });
  });
  it.each(HANDLES)('by %s it never leaves the picture nor gets too small', (handle) => {
    for (const [dx, dy] of [[9999, 9999], [-9999, -9999], [9999, -9999], [-9999, 9999]] as const) {
      const rect = resize(RECT, handle, dx, dy, PICTURE);
      inside(rect);
      expect(rect.width).toBeGreaterThanOrEqual(SMALLEST.width);
      expect(rect.height).toBeGreaterThanOrEqual(SMALLEST.height);
    }
  });
});

describe('keys', () => {
  it('move, and with Shift size', () => {
    expect(byKey(RECT, 'ArrowLeft', false, 4, PICTURE)).toEqual({ ...RECT, x: 296 });
    expect(byKey(RECT, 'ArrowDown', true, 4, PICTURE)).toEqual({ ...RECT, height: 504 });
    expect(byKey(RECT, 'Enter', false, 4, PICTURE)).toBeNull();
  });
});

describe('whole pixels', () => {
  it('stay inside', () => {
    expect(pixels({ x: 10.7, y: 0.2, width: 100.4, height: 90.6 }, PICTURE)).toEqual({ x: 10, y: 0, width: 100, height: 91 });
    const edge = pixels({ x: 1900.6, y: 1000.9, width: 100, height: 100 }, PICTURE);
    inside(edge);
    expect(edge.width).toBe(20);
  });
});

describe('fitting', () => {
  it('keeps the shape and fills one direction', () => {
    expect(fit({ width: 1000, height: 600 }, { width: 16, height: 9 })).toEqual({ width: 1000, height: 562 });
    expect(fit({ width: 1000, height: 300 }, { width: 16, height: 9 })).toEqual({ width: 533, height: 300 });
    expect(fit({ width: 0, height: 300 }, { width: 16, height: 9 })).toEqual({ width: 0, height: 0 });
  });
  it('asks for no more preview than the place shows', () => {
    expect(previewWidth(600, 1)).toBe(640);
    expect(previewWidth(1000, 1)).toBe(960);
    expect(previewWidth(1600, 1)).toBe(1280);
    expect(previewWidth(4000, 2)).toBe(1280);
  });
});
