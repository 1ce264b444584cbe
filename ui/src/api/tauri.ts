import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { GuidanceView } from './bindings/GuidanceView';
import type { Snapshot } from './bindings/Snapshot';
import type { Presentations, PreviewFrame, Transport, VideoPicture } from './transport';

const FRAME_SEQUENCE = 'X-Frame-Seq';

/** Base of a custom protocol: `preview://localhost/`, on Windows `http://preview.localhost/`. */
function base(protocol: string): string {
  const url = convertFileSrc('', protocol);
  return url.endsWith('/') ? url : `${url}/`;
}

async function previewFrame(after: number, width: number, signal: AbortSignal): Promise<PreviewFrame | null> {
  const answer = await fetch(`${base('preview')}?after=${after}&width=${width}`, { signal, cache: 'no-store' });
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error(`preview answered ${answer.status}`);
  const header = answer.headers.get(FRAME_SEQUENCE);
  const sequence = Number(header);
  if (header === null || !Number.isSafeInteger(sequence)) throw new Error(`preview sent no ${FRAME_SEQUENCE}`);
  return { sequence, picture: await answer.blob() };
}

const VIDEO_PLACE = 'X-Video-Ms';

async function videoPicture(
  id: string,
  atMs: number,
  width: number,
  signal: AbortSignal,
): Promise<VideoPicture | null> {
  const query = `id=${encodeURIComponent(id)}&at=${Math.round(atMs)}&width=${width}`;
  const answer = await fetch(`${base('video')}?${query}`, { signal, cache: 'no-store' });
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error(`the video answered ${answer.status}`);
  const header = answer.headers.get(VIDEO_PLACE);
  const place = Number(header);
  if (header === null || !Number.isSafeInteger(place)) throw new Error(`the video sent no ${VIDEO_PLACE}`);
  return { atMs: place, picture: await answer.blob() };
}

async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Some web views refuse the clipboard to pages of a custom scheme; copying a selection still works there.
    const carrier = document.createElement('textarea');
    carrier.value = text;
    carrier.className = 'visually-hidden';
    document.body.append(carrier);
    carrier.select();
    const copied = document.execCommand('copy');
    carrier.remove();
    if (!copied) throw new Error('the clipboard cannot be written');
  }
}

export const transport: Transport = {
  dispatch: (command) => invoke('dispatch', { command }),
  snapshot: () => invoke<Snapshot>('snapshot'),
  onSnapshot: (listener) => listen<Snapshot>('snapshot', (event) => listener(event.payload)),
  onGuidance: (listener) => listen<GuidanceView | null>('guidance', (event) => listener(event.payload)),
  presentations: () => invoke<Presentations>('presentations'),
  pickVideo: () => invoke<string | null>('pick_video'),
  pickDocument: () => invoke<string | null>('pick_document'),
  pickSave: (suggested) => invoke<string | null>('pick_save', { suggested }),
  openLink: (url) => invoke('open_link', { url }),
  copyText,
  previewFrame,
  videoPicture,
  pictureUrl: (caseId, kind, id) =>
    `${base('evidence')}${[caseId, kind, id].map(encodeURIComponent).join('/')}`,
};
