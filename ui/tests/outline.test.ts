import { describe, expect, it } from 'vitest';
import { CARD_LOOK } from '../src/api/fixture/seeing';
import { en } from '../src/i18n/en';
import { beside, byKey, cornersProblem, first, LEAST_SIDE_PX, moved, original } from '../src/lib/corners';
import { CARD_RATIO, initial } from '../src/lib/crop';
import { INSTRUCTION_ICON, onPlace, path, place, type Point, type Quad } from '../src/lib/outline';

const SIZE = { width: 1920, height: 1080 };
const QUAD: Quad = [[300, 200], [1600, 240], [1580, 900], [280, 860]];

describe('shares of the frame', () => {
  it('fall on the picture, not on the bars beside it', () => {
    const wide = place({ width: 1000, height: 400 }, SIZE);
    expect(wide).toEqual({ x: (1000 - 711) / 2, y: 0, width: 711, height: 400 });
    expect(onPlace([0, 0], wide)).toEqual([144.5, 0]);
    expect(onPlace([1, 1], wide)).toEqual([855.5, 400]);
    expect(onPlace([0.5, 0.5], wide)).toEqual([500, 200]);
  });
  it('fall on the picture, not on the bars above and below it', () => {
    const high = place({ width: 640, height: 800 }, SIZE);
    expect(high).toEqual({ x: 0, y: 220, width: 640, height: 360 });
    expect(onPlace([0.25, 0.75], high)).toEqual([160, 490]);
  });
  it('keep the outline within a pixel of the frame’s, whatever the room', () => {
    for (const room of [{ width: 999, height: 561 }, { width: 683, height: 700 }, { width: 1688, height: 801 }]) {
      const at = place(room, SIZE);
      // What a point of the picture becomes when the browser stretches it over the place.
      for (const [x, y] of QUAD) {
        const [left, top] = onPlace([x / SIZE.width, y / SIZE.height], at);
        expect(Math.abs(left - at.x - (x * at.height) / SIZE.height)).toBeLessThan(2);
        expect(Math.abs(top - at.y - (y * at.width) / SIZE.width)).toBeLessThan(2);
      }
    }
  });
  it('become a closed line', () => {
    expect(path([[0, 0], [1, 0], [0.5, 1]], { x: 10, y: 0, width: 100, height: 50 })).toBe('M10 0L110 0L60 50z');
    expect(path([], { x: 0, y: 0, width: 100, height: 50 })).toBe('');
  });
});

it('each instruction has an icon', () => expect(Object.keys(INSTRUCTION_ICON).sort()).toEqual(Object.keys(en.seeing.instructions).sort()));

describe('corners by hand', () => {
  it('begin where they were found, or in a rectangle', () => {
    expect(first(QUAD, SIZE)).toBe(QUAD);
    expect(cornersProblem(first(null, SIZE))).toBeNull();
  });
  it('move alone and stay in the picture', () => {
    const next = moved(QUAD, 1, [5000, -20], SIZE);
    expect(next[1]).toEqual([1919, 0]);
    expect([next[0], next[2], next[3]]).toEqual([QUAD[0], QUAD[2], QUAD[3]]);
    expect(QUAD[1]).toEqual([1600, 240]);
  });
  it('move by 1 px, with Shift by 10', () => {
    expect(byKey(QUAD, 0, 'ArrowLeft', false, SIZE)?.[0]).toEqual([299, 200]);
    expect(byKey(QUAD, 2, 'ArrowDown', true, SIZE)?.[2]).toEqual([1580, 910]);
    expect(byKey(QUAD, 2, 'Enter', true, SIZE)).toBeNull();
  });
  it('must go round the document', () => {
    const [a, b, c, d] = QUAD;
    expect(cornersProblem(QUAD)).toBeNull();
    // A document that lies on its head is still gone round clockwise.
    expect(cornersProblem([c, d, a, b])).toBeNull();
    expect(cornersProblem([b, a, c, d])).toBe('crossed');
    expect(cornersProblem([a, d, c, b])).toBe('crossed');
    expect(cornersProblem([a, b, [900, 400], d])).toBe('crossed');
  });
  it('must not be closer than a document can be', () => {
    const side = (length: number): Quad => [[100, 100], [100 + length, 100], [100 + length, 400], [100, 400]];
    expect(cornersProblem(side(LEAST_SIDE_PX - 1))).toBe('small');
    expect(cornersProblem(side(LEAST_SIDE_PX))).toBeNull();
  });
  it('are set on what the camera gave, where there is that', () => {
    const pending = { kind: 'document_front', id: 'p', width: 1020, height: 643, bytes: 1, look: CARD_LOOK } as const;
    expect(original(pending)).toEqual({ id: 'original-front-9', size: SIZE });
    expect(original({ ...pending, look: { ...CARD_LOOK, original: null } })).toBeNull();
    expect(original({ ...pending, kind: 'document_owner' })).toBeNull();
  });
});

describe('the magnifier', () => {
  const room = { width: 1000, height: 560 };
  it.each([[[10, 10]], [[990, 10]], [[990, 550]], [[10, 550]], [[500, 280]]] as Point[][])('beside %s stands in the picture and off the corner', (point) => {
    const [x, y] = beside(point as Point, room, 168);
    expect(x).toBeGreaterThanOrEqual(84);
    expect(x).toBeLessThanOrEqual(916);
    expect(y).toBeGreaterThanOrEqual(84);
    expect(y).toBeLessThanOrEqual(476);
    expect(Math.hypot(x - (point as Point)[0], y - (point as Point)[1])).toBeGreaterThan(84 + 22);
  });
});

it('the portrait of a straightened card is looked for in the card, not in a guide frame', () => {
  const rect = initial({ width: 1020, height: Math.round(1020 / CARD_RATIO) }, false);
  expect(rect.x).toBeCloseTo(40.8, 1);
  expect(rect.width).toBeCloseTo(295.8, 1);
});
