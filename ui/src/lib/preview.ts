import type { PreviewFrame } from '../api';

/** For the benchmark: how many frames were painted since when (milliseconds of the page's clock). */
export interface PreviewStats {
  painted: number;
  since: number;
}

declare global {
  interface Window {
    __previewStats?: PreviewStats;
  }
}

type Source = (after: number, width: number, signal: AbortSignal) => Promise<PreviewFrame | null>;

const RETRY_MS = 500;
const IDLE_MS = 50;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

/**
 * Paints the newest frame as often as the page can: the next one is asked for when the last is on screen,
 * so a slow machine shows fewer frames and never old ones. Ends when `signal` is aborted.
 */
export async function paint(canvas: HTMLCanvasElement, width: () => number, source: Source, signal: AbortSignal) {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return;
  const stats: PreviewStats = { painted: 0, since: performance.now() };
  window.__previewStats = stats;
  let after = 0;
  while (!signal.aborted) {
    try {
      const frame = await source(after, width(), signal);
      if (!frame) {
        // "None" is usually said after a wait; where it is said at once, do not ask again at once.
        await pause(IDLE_MS);
        continue;
      }
      after = frame.sequence;
      const bitmap = await createImageBitmap(frame.picture);
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
      stats.painted += 1;
    } catch {
      // The camera may be closing, or one picture damaged: the session says which; go on more slowly.
      if (!signal.aborted) await pause(RETRY_MS);
    }
  }
}
