import type { Transport } from './transport';

export type * from './transport';

/** The shell, or in `--mode fixture` a made-up one; the latter is dropped from every other bundle. */
export async function connect(): Promise<Transport> {
  if (import.meta.env.MODE === 'fixture') return (await import('./fixture')).transport;
  return (await import('./tauri')).transport;
}
