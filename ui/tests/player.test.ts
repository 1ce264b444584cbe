import { describe, expect, it } from 'vitest';
import {
  chapterAt, JUMP_MS, LEAD_MS, patience, pictureMs, pictureWidth, placeAt, playerIntent, SPEEDS, step, within, type Run,
} from '../src/lib/player';

const LENGTH = 31_400;
const run = (more: Partial<Run> = {}): Run => ({ atMs: 1000, since: 50_000, speed: 1, ...more });

describe('the clock', () => {
  it.each(SPEEDS)('runs %d times as fast as the page', (speed) =>
    expect(placeAt(run({ speed }), 52_000, LENGTH, LENGTH)).toBe(1000 + 2000 * speed),
  );
  it('begins where it was started and never goes back', () => {
    expect(placeAt(run(), 50_000, 1000, LENGTH)).toBe(1000);
    expect(placeAt(run(), 49_000, 1000, LENGTH)).toBe(1000);
  });
  it('ends with the video', () => expect(placeAt(run(), 999_999, LENGTH, LENGTH)).toBe(LENGTH));
  it('waits for pictures that are late', () => {
    expect(placeAt(run(), 60_000, 3000, LENGTH)).toBe(3000 + LEAD_MS);
    // Before the first picture since the start it may still run so far.
    expect(placeAt(run(), 60_000, 0, LENGTH)).toBe(1000 + LEAD_MS);
  });
});

describe('one picture on or back', () => {
  it('lands in the middle of the neighbour, whatever the rate', () => {
    for (const rate of [10, 15, 24, 29.97, 30, 60]) {
      const frames = Math.round((LENGTH / 1000) * rate);
      const one = pictureMs(LENGTH, frames);
      for (const index of [3, 100, 200]) {
        // The picture's own time, in whole milliseconds.
        const shown = Math.floor(index * one);
        expect(Math.floor(step(shown, 1, LENGTH, frames) / one), `${rate} on`).toBe(index + 1);
        expect(Math.floor(step(shown, -1, LENGTH, frames) / one), `${rate} back`).toBe(index - 1);
      }
    }
  });
  it('stays inside the video', () => {
    expect(step(0, -1, LENGTH, 942)).toBe(0);
    expect(step(LENGTH, 1, LENGTH, 942)).toBe(LENGTH);
  });
  it('does without a count of pictures', () => {
    expect(pictureMs(0, 0)).toBe(40);
    expect(pictureMs(LENGTH, 1)).toBe(40);
  });
});

describe('patience', () => {
  it('lasts until the next picture is due', () => {
    expect(patience(1000, 1010, 1, 30_000, 1000)).toBeCloseTo(20);
    expect(patience(1000, 1010, 2, 30_000, 1000)).toBeCloseTo(10);
  });
  it('is over when it is late, and never long', () => {
    expect(patience(1000, 5000, 1, 30_000, 1000)).toBe(0);
    expect(patience(20_000, 0, 1, 30_000, 1000)).toBe(250);
  });
});

it('knows the chapter of a place', () => {
  const chapters = [{ atMs: 1200 }, { atMs: 6400 }, { atMs: 12_000 }];
  expect([0, 1199, 1200, 6399, 6400, 99_999].map((place) => chapterAt(chapters, place))).toEqual([-1, -1, 0, 0, 1, 2]);
  expect(chapterAt([], 5)).toBe(-1);
});

it('keeps places inside the video', () => {
  expect(within(-5, LENGTH)).toBe(0);
  expect(within(LENGTH + 5, LENGTH)).toBe(LENGTH);
  expect(within(5, -1)).toBe(0);
});

it('asks for no wider a picture than shows or than there is', () => {
  expect(pictureWidth(680, 1, 1280)).toBe(960);
  expect(pictureWidth(680, 2, 1280)).toBe(1280);
  expect(pictureWidth(300, 1, 1920)).toBe(480);
  expect(pictureWidth(1300, 1, 640)).toBe(640);
  expect(pictureWidth(3000, 1, 3840)).toBe(3840);
});

it.each([
  ['k', 'toggle'], ['K', 'toggle'], ['ArrowLeft', { jump: -JUMP_MS }], ['ArrowRight', { jump: JUMP_MS }], [',', { step: -1 }],
  ['.', { step: 1 }], ['Home', 'start'], ['End', 'end'], [' ', null], ['3', null], ['m', null],
])('%s means %j to the player', (key, meaning) => expect(playerIntent(key)).toEqual(meaning));
