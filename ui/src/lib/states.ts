import type { IconName } from '../components/Icon.svelte';

/** How a request's state looks: a colour never stands alone, the icon and the word say the same. */
export type Tone = 'waiting' | 'open' | 'attention' | 'bad' | 'good' | 'over' | 'unknown';

/** The states that a request is known to pass, in the order of its life. */
export const STATES = [
  'CREATED',
  'VIDEOPENDING',
  'VIDEOINCOMPLETE',
  'VIDEOERROR',
  'VIDEOREVIEW',
  'ENROLLREADY',
  'ISSUED',
  'RENEWED',
  'CANCELLED',
] as const;
export type KnownState = (typeof STATES)[number] | 'VALIDATED' | 'REFUSED';

export interface StateLook {
  /** What the word is looked up by; null for a state that is shown as it came. */
  word: KnownState | null;
  icon: IconName;
  tone: Tone;
}

const LOOKS: Record<KnownState, Omit<StateLook, 'word'>> = {
  CREATED: { icon: 'file', tone: 'waiting' },
  VIDEOPENDING: { icon: 'clock', tone: 'waiting' },
  VIDEOINCOMPLETE: { icon: 'warning', tone: 'attention' },
  VIDEOERROR: { icon: 'error', tone: 'bad' },
  VIDEOREVIEW: { icon: 'eye', tone: 'open' },
  VALIDATED: { icon: 'check', tone: 'open' },
  REFUSED: { icon: 'refused', tone: 'bad' },
  ENROLLREADY: { icon: 'check', tone: 'good' },
  ISSUED: { icon: 'certificate', tone: 'good' },
  RENEWED: { icon: 'certificate', tone: 'good' },
  CANCELLED: { icon: 'cross', tone: 'over' },
};

/** The request's state; a validation or refusal that the request's own state does not tell goes before it. */
export function stateLook(state: string, videoidState: string | null = null): StateLook {
  const open = state === 'CREATED' || (state.startsWith('VIDEO') && state in LOOKS);
  const word = open && (videoidState === 'REFUSED' || videoidState === 'VALIDATED') ? videoidState : state;
  if (!Object.hasOwn(LOOKS, word)) return { word: null, icon: 'info', tone: 'unknown' };
  const known = word as KnownState;
  return { word: known, ...LOOKS[known] };
}

/** The data of the request can still be changed: the evidence is not with the officer yet. */
export function beforeReview(state: string): boolean {
  return ['CREATED', 'VIDEOPENDING', 'VIDEOINCOMPLETE', 'VIDEOERROR'].includes(state);
}

/** The request can be cancelled: it is neither approved nor cancelled. */
export function cancellable(state: string): boolean {
  return beforeReview(state) || state === 'VIDEOREVIEW';
}
