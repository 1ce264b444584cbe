import type { Focus, Key } from './keys';

/** What a key means on the list of requests. */
export type QueueIntent = 'move' | 'filter' | 'refresh';

const MOVES = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'];

export function queueIntent(key: Key, focus: Focus): QueueIntent | null {
  if (key.ctrlKey || key.altKey || key.metaKey) return null;
  if (focus === 'text' || focus === 'area' || focus === 'choice') return null;
  if (MOVES.includes(key.key)) return key.shiftKey ? null : 'move';
  if (key.key === '/') return 'filter';
  if (key.key.toLowerCase() === 'r' && !key.shiftKey && !key.repeat) return 'refresh';
  return null;
}
