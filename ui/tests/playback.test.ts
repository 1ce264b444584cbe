import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { VideoPicture } from '../src/api';
import { Playback, type ReadyVideo } from '../src/components/review/playback.svelte';

const VIDEO: ReadyVideo = {
  state: 'ready', id: 'v1', durationMs: 30_000, width: 640, height: 360, frames: 900, bytes: 1, chapters: [],
};

interface Asked {
  atMs: number;
  answer: (picture: VideoPicture | null) => void;
  fail: () => void;
}

/** A player whose pictures come when the test says so. */
function screening() {
  const asked: Asked[] = [];
  const painted: string[] = [];
  const stop = new AbortController();
  const playback = new Playback();
  playback.load(VIDEO.id);
  const context = { canvas: {}, drawImage: (bitmap: { name: string }) => painted.push(bitmap.name) };
  const canvas = { getContext: () => context } as unknown as HTMLCanvasElement;
  const source = (_id: string, atMs: number) =>
    new Promise<VideoPicture | null>((resolve, reject) => asked.push({ atMs, answer: resolve, fail: () => reject(new Error('damaged')) }));
  const ended = playback.paint(canvas, () => 640, VIDEO, source, stop.signal);
  const last = () => asked.at(-1) ?? expect.fail('nothing was asked for');
  const come = async (atMs = last().atMs) => {
    last().answer({ atMs, picture: { name: `at ${atMs}` } as unknown as Blob });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { playback, asked, painted, stop, ended, last, come };
}

let closed = 0;
beforeEach(() => {
  vi.useFakeTimers();
  closed = 0;
  vi.stubGlobal('createImageBitmap', async (blob: { name: string }) => ({ name: blob.name, width: 640, height: 360, close: () => (closed += 1) }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the player', () => {
  it('paints the first picture and then asks for nothing until something is wanted', async () => {
    const { painted, asked, come } = screening();
    await come();
    await vi.advanceTimersByTimeAsync(5000);
    expect(painted).toEqual(['at 0']);
    expect(closed).toBe(1);
    expect(asked).toHaveLength(1);
  });

  it('has one request on its way, and then asks for the newest place only', async () => {
    const { playback, asked, painted, come, last } = screening();
    for (const place of [4000, 9000, 12_000]) playback.seek(place, VIDEO);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(1);
    await come();
    expect(asked.map((each) => each.atMs)).toEqual([0, 12_000]);
    await come();
    expect(painted.at(-1)).toBe('at 12000');
    expect(last().atMs).toBe(12_000);
  });

  it('follows the clock while it plays, and stops at the end', async () => {
    const { playback, come, last } = screening();
    await come();
    const begun = performance.now();
    playback.play(VIDEO);
    await vi.advanceTimersByTimeAsync(100);
    playback.tick(begun + 500, VIDEO);
    await vi.advanceTimersByTimeAsync(300);
    expect(playback.placeMs).toBe(500);
    expect(last().atMs).toBe(500);
    await come();
    playback.seek(29_900, VIDEO);
    playback.tick(performance.now() + 500, VIDEO);
    expect(playback.placeMs).toBe(30_000);
    expect(playback.playing).toBe(false);
    playback.play(VIDEO);
    expect(playback.placeMs).toBe(0);
  });

  it('does not run away from pictures that do not come, and does not leap after them', async () => {
    const { playback, come, last } = screening();
    await come();
    const begun = performance.now();
    playback.play(VIDEO);
    playback.tick(begun + 8000, VIDEO);
    const held = playback.placeMs;
    expect(held).toBeLessThan(1000);
    await vi.advanceTimersByTimeAsync(50);
    expect(last().atMs).toBe(held);
    await come();
    playback.tick(begun + 8100, VIDEO);
    expect(playback.placeMs - held).toBe(100);
  });

  it('says that a picture cannot be had, pauses, and asks again when told to', async () => {
    const { playback, asked, last, come } = screening();
    await come();
    playback.play(VIDEO);
    playback.seek(5000, VIDEO);
    await vi.advanceTimersByTimeAsync(300);
    last().fail();
    await vi.advanceTimersByTimeAsync(5000);
    expect(playback.broken).toBe(true);
    expect(playback.playing).toBe(false);
    const before = asked.length;
    playback.again();
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.length).toBe(before + 1);
    await come();
    expect(playback.broken).toBe(false);
  });

  it('steps from the picture that shows', async () => {
    const { playback, come, last } = screening();
    await come();
    playback.seek(1010, VIDEO);
    await vi.advanceTimersByTimeAsync(0);
    await come(1000);
    playback.step(1, VIDEO);
    await vi.advanceTimersByTimeAsync(0);
    expect(last().atMs).toBe(1050);
    await come(1033);
    playback.step(-1, VIDEO);
    await vi.advanceTimersByTimeAsync(0);
    expect(last().atMs).toBe(1016);
  });

  it('begins another video at its beginning, and keeps the place of the same one', () => {
    const { playback } = screening();
    playback.seek(7000, VIDEO);
    playback.load(VIDEO.id);
    expect(playback.placeMs).toBe(7000);
    playback.load('v2');
    expect(playback.placeMs).toBe(0);
  });

  it('ends when it is left', async () => {
    const { stop, ended, come, asked } = screening();
    await come();
    stop.abort();
    await ended;
    expect(asked).toHaveLength(1);
  });
});
