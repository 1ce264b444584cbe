import type { ActionView } from '../api/bindings/ActionView';
import type { CompletionField } from '../api/bindings/CompletionField';
import type { DecidedView } from '../api/bindings/DecidedView';
import type { Obstacle } from '../api/bindings/Obstacle';
import type { Operator } from '../api/bindings/Operator';
import type { RaoView } from '../api/bindings/RaoView';
import type { RequestAction } from '../api/bindings/RequestAction';
import type { ReviewedRequest } from '../api/bindings/ReviewedRequest';
import type { ReviewView } from '../api/bindings/ReviewView';

/** A part of the desk that opens over the screen. */
export type Part = 'sign_in' | 'papers' | 'refuse' | 'cancel' | 'recapture' | 'complete';

/** What production asks once more for. */
export type Irreversible = Extract<RequestAction, 'validate' | 'approve' | 'refuse' | 'cancel' | 'recapture'>;

/** What is offered on the desk, in the order in which it is listed. Changing the user data belongs to the capture. */
export const OFFERED: readonly RequestAction[] = [
  'validate', 'approve', 'complete', 'link', 'send_evidence', 'recapture', 'refuse', 'cancel',
];

/** None: it can be taken. What the request does not name is not allowed. */
export function obstacleOf(review: Pick<ReviewView, 'actions'>, action: RequestAction): Obstacle | null {
  const view = review.actions.find((other) => other.action === action);
  return view ? view.obstacle : 'wrong_state';
}

/** These are removed on the way: by signing in, by reading the papers. */
export function onTheWay(obstacle: Obstacle | null): boolean {
  return obstacle === null || obstacle === 'not_signed_in' || obstacle === 'papers_not_shown';
}

export interface Arranged {
  primary: ActionView | null;
  others: ActionView[];
  /** The request's state does not allow them. */
  impossible: ActionView[];
}

/** The request is being read or worked on: nothing is known of what its state allows. */
export function busy(actions: readonly ActionView[]): boolean {
  return actions.length > 0 && actions.every((view) => view.obstacle === 'busy');
}

export function arrange(review: Pick<ReviewView, 'actions' | 'suggested'>): Arranged {
  const all = OFFERED.map((action) => ({ action, obstacle: obstacleOf(review, action) }));
  const primary = all.find((view) => view.action === review.suggested && view.obstacle !== 'wrong_state') ?? null;
  const rest = all.filter((view) => view !== primary);
  return {
    primary,
    others: rest.filter((view) => view.obstacle !== 'wrong_state'),
    impossible: rest.filter((view) => view.obstacle === 'wrong_state'),
  };
}

/** What opens first when an action is chosen: `at_once` needs nothing more, null is not possible now. */
export function partFor(action: RequestAction, obstacle: Obstacle | null): Part | 'at_once' | null {
  if (!onTheWay(obstacle)) return null;
  if (obstacle === 'not_signed_in') return 'sign_in';
  switch (action) {
    case 'validate':
    case 'approve':
      return 'papers';
    case 'refuse':
    case 'cancel':
    case 'recapture':
    case 'complete':
      return action;
    case 'link':
    case 'send_evidence':
      return 'at_once';
    case 'update':
      return null;
  }
}

/** Evidence can be sent for it, for the first time or again. */
export function takesEvidence(state: string): boolean {
  return state === 'VIDEOPENDING' || state === 'VIDEOINCOMPLETE' || state === 'VIDEOERROR';
}

/** What the request waits for, as the words about it are named. */
export type Waiting =
  | 'reading' | 'outcome' | 'validate' | 'approve' | 'complete' | 'pending' | 'incomplete' | 'error' | 'recapture'
  | 'link' | 'created' | 'issued' | 'renewed' | 'cancelled' | 'unknown';

const BY_STATE: Readonly<Record<string, Waiting>> = {
  CREATED: 'created', VIDEOPENDING: 'pending', VIDEOINCOMPLETE: 'incomplete', VIDEOERROR: 'error', ENROLLREADY: 'link',
  ISSUED: 'issued', RENEWED: 'renewed', CANCELLED: 'cancelled',
};

export function waiting(review: ReviewView): Waiting {
  if (review.actions.some((view) => view.obstacle === 'outcome_unknown')) return 'outcome';
  const state = review.request?.state;
  if (state === undefined) return 'reading';
  switch (review.suggested) {
    case 'validate':
    case 'approve':
    case 'complete':
    case 'recapture':
    case 'link':
      return review.suggested;
    default:
      return (Object.hasOwn(BY_STATE, state) ? BY_STATE[state] : undefined) ?? 'unknown';
  }
}

/** What a decision led to, as the words about it are named. */
export type Outcome =
  | 'validate' | 'validate_approved' | 'validate_complete' | 'refuse' | 'approve' | 'cancel' | 'other';

export function outcome(decided: DecidedView, organisation: boolean): Outcome {
  switch (decided.action) {
    case 'validate':
      if (decided.state === 'ENROLLREADY') return 'validate_approved';
      return organisation ? 'validate_complete' : 'validate';
    case 'refuse':
    case 'approve':
    case 'cancel':
      return decided.action;
    default:
      return 'other';
  }
}

/** What happened and what the request waits for now are the same news. */
export function saidTwice(decided: Outcome, now: Waiting): boolean {
  switch (now) {
    case 'recapture':
      return decided === 'refuse';
    case 'link':
      return decided === 'approve' || decided === 'validate_approved';
    case 'cancelled':
      return decided === 'cancel';
    default:
      return false;
  }
}

/** Why it is "captured by you": the station's operator is the one who captured, or the officer who signed in is. */
export function captor(request: ReviewedRequest, operator: Operator | null, rao: RaoView | null): 'operator' | 'officer' {
  const { capturedBy, identificationRao } = request;
  const numbers = [identificationRao, capturedBy?.raoId].filter((number) => number != null);
  const sameName = capturedBy !== null && fold(operator?.name) === fold(capturedBy.name);
  const operates = sameName || (operator?.raoId != null && numbers.includes(operator.raoId));
  return operates || rao === null ? 'operator' : 'officer';
}

function fold(name: string | undefined): string | undefined {
  return name?.trim().toLowerCase();
}

export interface Scrolled {
  scrollTop: number;
  clientHeight: number;
  scrollHeight: number;
}

/** Fractions of a pixel of zoomed pages, and the padding below the last line. */
const END_SLACK_PX = 8;

/** The end is on the screen. What has no height is not on the screen at all. */
export function atEnd(box: Scrolled): boolean {
  return box.clientHeight > 0 && box.scrollTop + box.clientHeight >= box.scrollHeight - END_SLACK_PX;
}

/** Number of the page, from 1, that takes up most of the view; heights and gap in pixels. */
export function pageInView(heights: readonly number[], gap: number, scrollTop: number, clientHeight: number): number {
  let best = { page: 1, seen: 0 };
  let top = gap;
  for (const [index, height] of heights.entries()) {
    const seen = Math.min(top + height, scrollTop + clientHeight) - Math.max(top, scrollTop);
    if (seen > best.seen) best = { page: index + 1, seen };
    top += height + gap;
  }
  return best.page;
}

export const ZOOMS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

/** The next zoom in that direction; the same at either end. */
export function zoomed(zoom: number, direction: -1 | 1): number {
  const at = ZOOMS.indexOf(zoom);
  return ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at + direction))] ?? 1;
}

/** The reasons in the order of the list, without those that the settings no longer hold. */
export function chosenReasons(listed: readonly string[], picked: readonly string[]): string[] {
  return listed.filter((reason) => picked.includes(reason));
}

export function value(field: CompletionField, typed: Readonly<Record<string, string>>): string {
  return field.locked ? field.value : (typed[field.key] ?? field.value);
}

/** What is missing and was not typed either, by its keys. */
export function stillMissing(fields: readonly CompletionField[], typed: Readonly<Record<string, string>>): string[] {
  return fields
    .filter((field) => field.missing && !field.locked && value(field, typed).trim() === '')
    .map((field) => field.key);
}

/** What was typed and differs from what the request has. */
export function changes(
  fields: readonly CompletionField[],
  typed: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    fields
      .filter((field) => !field.locked && value(field, typed).trim() !== field.value)
      .map((field) => [field.key, value(field, typed).trim()]),
  );
}

/** The name of a language by its two-letter code, in the reader's language. */
export function languageName(code: string, locale: string): string {
  try {
    const name = new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code;
    return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
  } catch {
    return code;
  }
}
