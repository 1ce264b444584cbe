import type { PlayerView } from '../../api/bindings/PlayerView';
import type { VideoPicture } from '../../api';
import { patience, placeAt, step, within, type Run, type Speed } from '../../lib/player';

export type ReadyVideo = Extract<PlayerView, { state: 'ready' }>;
type Source = (id: string, atMs: number, width: number, signal: AbortSignal) => Promise<VideoPicture | null>;

const RETRY_MS = 200;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

/** Where the video under review stands; kept while another tab is shown. */
export class Playback {
  placeMs = $state(0);
  playing = $state(false);
  speed = $state<Speed>(1);
  /** The last picture asked for could not be had. */
  broken = $state(false);
  /** The time of the picture that shows; -1 before the first. */
  shownMs = $state(-1);
  #run: Run | null = null;
  #paintedMs = 0;
  #id = '';
  #wake: (() => void) | null = null;

  /** Another download is another video: it begins at its beginning. */
  load(id: string): void {
    if (this.#id === id) return;
    this.#id = id;
    this.pause();
    this.placeMs = this.#paintedMs = 0;
    this.shownMs = -1;
    this.broken = false;
  }

  play(video: ReadyVideo): void {
    if (this.placeMs >= video.durationMs) this.#go(0, video);
    this.playing = true;
    this.#start();
  }

  pause(): void {
    this.playing = false;
    this.#run = null;
  }

  toggle(video: ReadyVideo): void {
    if (this.playing) this.pause();
    else this.play(video);
  }

  seek(atMs: number, video: ReadyVideo): void {
    this.#go(atMs, video);
    if (this.playing) this.#start();
  }

  step(direction: 1 | -1, video: ReadyVideo): void {
    this.pause();
    this.#go(step(this.shownMs < 0 ? this.placeMs : this.shownMs, direction, video.durationMs, video.frames), video);
  }

  faster(speed: Speed): void {
    this.speed = speed;
    if (this.playing) this.#start();
  }

  /** Asks once more for the picture that could not be had. */
  again(): void {
    this.broken = false;
    this.#wake?.();
  }

  #go(atMs: number, video: ReadyVideo): void {
    this.placeMs = within(Math.round(atMs), video.durationMs);
    this.#paintedMs = this.placeMs;
    this.broken = false;
    this.#wake?.();
  }

  #start(): void {
    this.#run = { atMs: this.placeMs, since: performance.now(), speed: this.speed };
    this.#paintedMs = this.placeMs;
    this.#wake?.();
  }

  /** Moves the place on with the page's clock. */
  tick(now: number, video: ReadyVideo): void {
    const run = this.#run;
    if (!run) return;
    const free = placeAt(run, now, Infinity, video.durationMs);
    this.placeMs = placeAt(run, now, this.#paintedMs, video.durationMs);
    // Held back by the pictures: the clock goes on from here, it does not catch up in a leap.
    if (free > this.placeMs) this.#run = { ...run, atMs: this.placeMs, since: now };
    if (this.placeMs >= video.durationMs) this.pause();
  }

  /** Paints the picture of the place, one request at a time, until `signal` is aborted. */
  async paint(canvas: HTMLCanvasElement, width: () => number, video: ReadyVideo, source: Source, signal: AbortSignal) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) return;
    let asked = -1;
    let painted = false;
    while (!signal.aborted) {
      const place = Math.round(this.placeMs);
      if (place === asked) {
        await this.#rest(this.playing ? 16 : null, signal);
        continue;
      }
      try {
        const answer = await source(video.id, place, width(), signal);
        if (signal.aborted) return;
        if (!answer) {
          await this.#rest(RETRY_MS, signal);
          continue;
        }
        asked = place;
        if (answer.atMs !== this.shownMs || !painted) await draw(context, answer.picture);
        painted = true;
        this.shownMs = answer.atMs;
        this.broken = false;
        if (!this.playing) continue;
        this.#paintedMs = Math.max(this.#paintedMs, place);
        await this.#rest(patience(this.shownMs, this.placeMs, this.speed, video.durationMs, video.frames), signal);
      } catch {
        if (signal.aborted) return;
        this.broken = true;
        this.pause();
        if (Math.round(this.placeMs) === place) await this.#rest(null, signal);
        // Whoever holds an arrow down over a damaged part does not keep the other side busy.
        await pause(RETRY_MS);
      }
    }
  }

  /** Until something is wanted, or for so long. */
  #rest(milliseconds: number | null, signal: AbortSignal): Promise<void> {
    return new Promise((resume) => {
      const timer = milliseconds === null ? undefined : setTimeout(done, milliseconds);
      const wake = done;
      this.#wake = wake;
      signal.addEventListener('abort', done, { once: true });
      const self = this;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        if (self.#wake === wake) self.#wake = null;
        resume();
      }
    });
  }
}

async function draw(context: CanvasRenderingContext2D, picture: Blob): Promise<void> {
  const bitmap = await createImageBitmap(picture);
  const { canvas } = context;
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
}
