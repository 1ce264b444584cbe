/** The clock of the reviewed video: the page tells the time, the pictures follow. Milliseconds throughout. */

export const SPEEDS = [0.5, 1, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

/** An arrow leads so far. */
export const JUMP_MS = 5000;
/** The clock runs no further ahead of the pictures, so that a slow machine shows every part of the video. */
export const LEAD_MS = 700;

/** From when on, at which place and how fast the video runs. */
export interface Run {
  atMs: number;
  since: number;
  speed: Speed;
}

export function within(atMs: number, durationMs: number): number {
  return Math.min(Math.max(0, atMs), Math.max(0, durationMs));
}

/** The place in the video at `now`. `paintedMs` is the last place whose picture came. */
export function placeAt(run: Run, now: number, paintedMs: number, durationMs: number): number {
  const place = run.atMs + Math.max(0, now - run.since) * run.speed;
  return within(Math.min(place, Math.max(run.atMs, paintedMs) + LEAD_MS), durationMs);
}

/** How long one picture lasts on average. */
export function pictureMs(durationMs: number, frames: number): number {
  return frames > 1 && durationMs > 0 ? durationMs / frames : 40;
}

/** The place one picture further or back. Half a picture beyond the next one's start, so that rounding cannot miss it. */
export function step(shownMs: number, direction: 1 | -1, durationMs: number, frames: number): number {
  const one = pictureMs(durationMs, frames);
  return within(Math.round(shownMs + (direction === 1 ? 1.5 : -0.5) * one), durationMs);
}

/** How long to wait until asking for a picture can bring another than the one that shows. */
export function patience(shownMs: number, placeMs: number, speed: Speed, durationMs: number, frames: number): number {
  const due = shownMs + pictureMs(durationMs, frames);
  return Math.min(Math.max(0, (due - placeMs) / speed), 250);
}

/** The chapter that the place lies in, -1 before the first. */
export function chapterAt(chapters: readonly { atMs: number }[], placeMs: number): number {
  return chapters.reduce((last, chapter, index) => (chapter.atMs <= placeMs ? index : last), -1);
}

export type PlayerIntent = 'toggle' | { jump: number } | { step: 1 | -1 } | 'start' | 'end';

export function playerIntent(key: string): PlayerIntent | null {
  switch (key) {
    case 'k':
    case 'K':
      return 'toggle';
    case 'ArrowLeft':
      return { jump: -JUMP_MS };
    case 'ArrowRight':
      return { jump: JUMP_MS };
    case ',':
      return { step: -1 };
    case '.':
      return { step: 1 };
    case 'Home':
      return 'start';
    case 'End':
      return 'end';
    default:
      return null;
  }
}

/** Widths worth asking for. */
const WIDTHS = [480, 640, 960, 1280, 1920];

/** The smallest that fills the place, and never more than the video has. */
export function pictureWidth(cssWidth: number, density: number, videoWidth: number): number {
  const wanted = Math.min(cssWidth * density, videoWidth);
  return Math.min(WIDTHS.find((width) => width >= wanted) ?? videoWidth, videoWidth);
}
