/** How what the authority shows of a request is written. */

import type { CheckOrigin } from '../api/bindings/CheckOrigin';
import type { Fact } from '../api/bindings/Fact';
import type { ImageKind } from '../api/bindings/ImageKind';
import type { ReviewedCheck } from '../api/bindings/ReviewedCheck';
import type { ReviewView } from '../api/bindings/ReviewView';
import type { Text } from '../i18n';
import { methodWords } from './checks';
import { bytes, clock, count, dateTime } from './format';
import { certainty } from './seeing';

export const TABS = ['documents', 'faces', 'video', 'data', 'record'] as const;
export type Tab = (typeof TABS)[number];

/** The tab behind a number key. */
export function tabOf(key: string): Tab | null {
  return /^[1-9]$/.test(key) ? (TABS[Number(key) - 1] ?? null) : null;
}

function own<T extends object>(table: T, key: string): T[keyof T] | null {
  return Object.hasOwn(table, key) ? table[key as keyof T] : null;
}

/** A known field in words, any other as the authority names it. */
export function fieldName(key: string, t: Text): string {
  return own(t.fields, key) ?? key;
}

export function checkName(check: ReviewedCheck, t: Text): string {
  return check.check ? t.checks[check.check].name : check.label;
}

export type Verdict = 'yes' | 'no' | 'not_performed' | 'not_transmitted';

export function verdictOf({ value, source }: ReviewedCheck): Verdict {
  if (value !== null) return value ? 'yes' : 'no';
  return source.from === 'not_performed' ? 'not_performed' : 'not_transmitted';
}

export function sourceWords(source: CheckOrigin, t: Text, locale: string): string {
  switch (source.from) {
    case 'measured':
      return source.method === '' ? t.reviewDesk.checks.measuredSomehow : t.data.measured(methodWords(source.method, t));
    case 'looked_up':
      return source.at === '' ? t.reviewDesk.checks.lookedUpSometime(source.register) : t.seeing.checks.lookedUp(source.register, dateTime(source.at, locale));
    case 'attested':
      return source.at === '' ? t.reviewDesk.checks.attestedSometime(source.by) : t.data.attested(source.by, dateTime(source.at, locale));
    case 'not_performed':
      return t.reviewDesk.checks.leftOut;
    case 'not_transmitted':
      return t.reviewDesk.checks.sourceNotTransmitted;
  }
}

/** The document is a passport, as far as the request or the document's data tells. */
export function isPassport(review: ReviewView): boolean {
  const type = review.fields.find((field) => field.key === 'id_document_type');
  return (type?.document || type?.requested) === 'PAS';
}

/** Why a picture is not there, in words. */
export function missingWords(kind: ImageKind, review: ReviewView, t: Text): string {
  return kind === 'document_rear' && isPassport(review) ? t.reviewDesk.pictures.noRearPassport : t.reviewDesk.pictures.missing[kind];
}

/** A similarity in words: a number, or the authority's word, which is shown as it came where it is not known. */
export function similarityWords(similarity: ReviewView['similarity'], t: Text): string | null {
  if (similarity?.score != null) return t.reviewDesk.similarity.score(similarity.score);
  if (!similarity?.level) return null;
  return own(t.reviewDesk.similarity.levels, similarity.level.toLowerCase()) ?? similarity.level;
}

export interface Written {
  label: string;
  value: string;
  mono: boolean;
  /** It is an address: it can be copied and is not opened. */
  link: boolean;
}

/** Times before 2001 in milliseconds would be taken for seconds; nobody accepted anything then. */
const LEAST_MS = 1e12;

/** The time of an acceptance: Unix milliseconds, seconds, or RFC 3339. */
export function acceptanceDate(value: string, locale: string): string {
  if (!/^\d{9,14}$/.test(value)) return dateTime(value, locale);
  const number = Number(value);
  return dateTime(new Date(number < LEAST_MS ? number * 1000 : number).toISOString(), locale);
}

export function acceptanceRow({ key, value }: Fact, t: Text, locale: string): Written {
  const label = own(t.reviewDesk.acceptance.keys, key);
  const link = /^https?:\/\//.test(value);
  let words = value;
  if (key === 'date') words = acceptanceDate(value, locale);
  else if (value === 'true') words = t.common.yes;
  else if (value === 'false') words = t.common.no;
  return { label: label ?? key, value: words, mono: link || key === 'ip', link };
}

/** An event of the audit record in words; one that this program does not know as it is. */
export function eventWords(event: string, t: Text): string {
  return own(t.reviewDesk.audit.events, event) ?? event;
}

/** Digests are told apart by their beginning; all of it is in the title. */
const DIGEST_SHOWN = 12;

function detailValue({ key, value }: Fact, t: Text, locale: string): string {
  if (key.endsWith('sha256')) return value.length > DIGEST_SHOWN ? `${value.slice(0, DIGEST_SHOWN)}…` : value;
  if (/^\d+$/.test(value)) {
    if (key === 'bytes') return bytes(Number(value), locale);
    if (key.endsWith('_ms')) return clock(Number(value));
    // The record counts from 0, people from 1.
    if (key === 'index') return String(Number(value) + 1);
  }
  if (key === 'kind') return own(t.images, value) ?? value;
  if (key === 'field') return fieldName(value, t);
  if (key === 'check') return own(t.checks, value)?.name ?? value;
  if (key === 'method') return methodWords(value, t);
  if (key === 'source') return own(t.seeing.fields.sources, value) ?? value;
  if (key === 'confidence' && Number.isFinite(Number(value))) return certainty(Number(value), locale);
  if (key === 'distance' && Number.isFinite(Number(value))) return count(Number(value), locale);
  if (value === 'true') return t.common.yes;
  if (value === 'false') return t.common.no;
  if (/^[[{]/.test(value)) return unpacked(value, t);
  return value;
}

/** A list of fields or of problems, or an operator, which the record holds as JSON. */
function unpacked(value: string, t: Text): string {
  try {
    const inner: unknown = JSON.parse(value);
    if (Array.isArray(inner)) return inner.map((part) => own(t.seeing.problems, String(part))?.name ?? fieldName(String(part), t)).join(', ');
    const { name, rao_id: rao } = inner as { name?: unknown; rao_id?: unknown };
    if (typeof name === 'string') return typeof rao === 'string' ? `${name} (${rao})` : name;
  } catch {
    // No JSON after all: it is shown as it is.
  }
  return value;
}

export function detail(fact: Fact, t: Text, locale: string): { label: string; value: string; full: string } {
  return {
    label: own(t.reviewDesk.audit.details, fact.key) ?? fact.key,
    value: detailValue(fact, t, locale),
    full: fact.value,
  };
}
