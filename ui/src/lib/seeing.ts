/** How what the station sees is written: numbers that a person can use. */

import type { CaptureProblem } from '../api/bindings/CaptureProblem';
import type { CheckReason } from '../api/bindings/CheckReason';
import type { EnrollmentView } from '../api/bindings/EnrollmentView';
import type { FaceMatch } from '../api/bindings/FaceMatch';
import type { FieldView } from '../api/bindings/FieldView';
import type { Measured } from '../api/bindings/Measured';
import type { MeasuredValue } from '../api/bindings/MeasuredValue';
import type { PendingLook } from '../api/bindings/PendingLook';
import type { ProblemKind } from '../api/bindings/ProblemKind';
import type { Text } from '../i18n';
import { count, day } from './format';

/** Faces with fewer pixels between the eyes are not compared by a number. */
export const COMPARABLE_INTER_EYE_PX = 40;

function number(value: number, digits: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

function share(value: number, digits: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(value);
}

/** How sure a reading is, never rounded up to certainty. */
export function certainty(confidence: number, locale: string): string {
  return share(Math.floor(Math.min(1, Math.max(0, confidence)) * 100) / 100, 0, locale);
}

/** Digits after the point that a number of this size is worth. */
function worth(size: number): number {
  return size >= 10 ? 0 : size >= 1 ? 1 : 2;
}

const MOST_DIGITS = 4;

/** A measurement and its limit, shares as per cent, with as many digits as it takes to tell them apart. */
export function against(kind: ProblemKind, measured: number, limit: number, locale: string): [string, string] {
  const [write, size] = kind === 'glare' || (kind === 'blurred' && limit <= 1) ? [share, limit * 100] : [number, Math.abs(limit)];
  for (let digits = worth(size); ; digits += 1) {
    const pair: [string, string] = [write(measured, digits, locale), write(limit, digits, locale)];
    if (pair[0] !== pair[1] || measured === limit || digits === MOST_DIGITS) return pair;
  }
}

export interface Problem {
  name: string;
  numbers: string | null;
  advice: string;
}

export function problemWords(problem: CaptureProblem, t: Text, locale: string): Problem {
  const { name, numbers, advice } = t.seeing.problems[problem.kind];
  return { name, numbers: numbers?.(...against(problem.kind, problem.measured, problem.limit, locale)) ?? null, advice };
}

const DEGREES: Measured[] = ['tilt_deg', 'roll_deg', 'yaw_deg'];
const PIXELS: Measured[] = ['width_px', 'inter_eye_px'];

export function measuredWords({ what, value }: MeasuredValue, t: Text, locale: string): string {
  if (what === 'share' || (what === 'sharpness' && value <= 1)) return share(value, 0, locale);
  if (what === 'glare') return share(value, 1, locale);
  if (what === 'luma') return t.seeing.ofLight(number(value, 0, locale));
  if (what === 'motion') return `${share(value, 1, locale)}/s`;
  if (DEGREES.includes(what)) return `${number(Math.abs(value), 0, locale)}°`;
  if (what === 'dpi') return t.seeing.dpi(number(value, 0, locale));
  if (PIXELS.includes(what)) return `${number(value, 0, locale)} px`;
  return number(value, worth(Math.abs(value)), locale);
}

/** A limit that no picture may fail: it is not taken, whoever asks. */
export function unusable({ problems }: PendingLook): boolean {
  return problems.some(({ hard }) => hard);
}

export interface LookRow {
  key: string;
  label: string;
  value: string;
  good: boolean | null;
}

/**
 * The facts of a picture that there are limits for. The width and the resolution of a document are one fact: "1,020 px
 * wide (303 dpi)".
 */
export function lookRows(look: PendingLook, t: Text, locale: string): LookRow[] {
  const of = (what: Measured) => look.measured.find((each) => each.what === what);
  const width = of('width_px')?.value ?? null;
  const dpi = look.dpi ?? of('dpi')?.value ?? null;
  const together = width !== null && dpi !== null;
  const rows = look.measured
    .filter(({ what, good }) => good !== null && !(together && (what === 'width_px' || what === 'dpi')))
    .map((each) => ({ key: each.what as string, label: t.seeing.measured[each.what], value: measuredWords(each, t, locale), good: each.good }));
  if (!together) return rows;
  const verdicts = [of('width_px')?.good, of('dpi')?.good].filter((good) => good != null);
  const good = verdicts.length === 0 ? null : verdicts.every(Boolean);
  const document = t.seeing.document(count(Math.round(width), locale), count(Math.round(dpi), locale));
  return [{ key: 'document', label: t.request.document, value: document, good }, ...rows];
}

/** Dates as the reader's locale writes them, numbers too, anything else as it came. */
function written(value: string, locale: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return day(value, locale);
  return /^-?\d+(\.\d+)?$/.test(value) ? number(Number(value), 3, locale) : value;
}

/** A reason for or against a check, and the numbers behind it. */
export function reasonWords(reason: CheckReason, t: Text, locale: string): { text: string; numbers: string } {
  const words = t.reasons[reason.code];
  const text = reason.holds === null ? words.open : reason.holds ? words.holds : words.fails;
  if (words.both && reason.measured && reason.expected)
    return { text, numbers: words.both(written(reason.measured, locale), written(reason.expected, locale)) };
  const put = (value: string | null, write: ((value: string) => string) | undefined) =>
    value === null || value === '' ? null : (write?.(written(value, locale)) ?? written(value, locale));
  const numbers = [put(reason.measured, words.measured), put(reason.expected, words.expected)].filter((part) => part !== null);
  return { text, numbers: numbers.join(', ') };
}

export type Likeness = 'same' | 'unsure' | 'other' | 'unreliable';

/** From 60 on people need not doubt it, below 30 they should; 50 is the threshold between one person and two. */
export function likeness(match: FaceMatch): Likeness {
  if (match.score === null) return 'unreliable';
  return match.score >= 60 ? 'same' : match.score >= 30 ? 'unsure' : 'other';
}

export function similarityLine(match: FaceMatch, t: Text, locale: string): string {
  const words = t.seeing.faces;
  if (match.score === null) {
    const least = Math.min(...match.interEyePx);
    return words.unreliable(number(Math.floor(least), 0, locale), String(COMPARABLE_INTER_EYE_PX));
  }
  return `${words.similarity(String(match.score))}, ${words.reliable}`;
}

export type Sureness = 'sure' | 'fairly' | 'unsure';

/** How sure the reader is of a value, in words; null for what nobody read. */
export function sureness({ confidence }: Pick<FieldView, 'confidence'>): Sureness | null {
  if (confidence === null) return null;
  return confidence >= 0.95 ? 'sure' : confidence >= 0.8 ? 'fairly' : 'unsure';
}

/** Held by check digits or letters; what else is not certain is so for another reason. */
const DIGITS: FieldView['field'][] = ['serial_number', 'id_document_number', 'birth_date', 'id_document_validity'];

export function hasDigit(field: FieldView['field']): boolean {
  return DIGITS.includes(field);
}

/** What is wrong with a value that does not hold: its check digit, or that it is in doubt. */
export function invalidWords({ field }: Pick<FieldView, 'field'>, t: Text): string {
  return hasDigit(field) ? t.seeing.fields.invalid : t.seeing.fields.uncertain;
}

const NAMES: FieldView['field'][] = ['given_name', 'surname_1', 'surname_2'];
const NUMBERS: FieldView['field'][] = ['serial_number', 'id_document_number', 'mobile_phone_number'];

/** Why a value is marked as different, in words. */
export function differenceWords({ field }: Pick<FieldView, 'field'>, t: Text): string {
  if (NAMES.includes(field)) return t.seeing.fields.differsName;
  return NUMBERS.includes(field) ? t.seeing.fields.differsNumber : t.seeing.fields.differsOther;
}

export type Grade = 'good' | 'warning' | 'bad' | 'open';

export interface SeenLine {
  key: string;
  words: string;
  grade: Grade;
}

const GRADE_OF: Record<Likeness, Grade> = { same: 'good', unsure: 'warning', other: 'bad', unreliable: 'warning' };

function readLine({ readings }: EnrollmentView, t: Text): SeenLine | null {
  const line = (words: string, grade: Grade): SeenLine => ({ key: 'zone', words, grade });
  if (readings.length === 0) return null;
  if (readings.some(({ state }) => state.state === 'reading')) return line(t.seeing.reading.reading, 'open');
  const zones = readings.filter(({ zone }) => zone !== null);
  if (zones.length === 0) return line(t.seeing.review.zoneNone, 'warning');
  return zones.every(({ zoneValid }) => zoneValid) ? line(t.seeing.review.zoneRead, 'good') : line(t.seeing.review.zoneDoubt, 'warning');
}

function facesLines({ faces }: EnrollmentView, part: 'data' | 'video', t: Text, locale: string): SeenLine[] {
  const pairs = part === 'data'
    ? [['selfie-portrait', t.seeing.faces.selfiePortrait, faces.selfiePortrait] as const]
    : [['video-selfie', t.seeing.faces.videoSelfie, faces.videoSelfie] as const, ['video-portrait', t.seeing.faces.videoPortrait, faces.videoPortrait] as const];
  return pairs.flatMap(([key, label, match]) =>
    match ? [{ key, words: `${label}: ${similarityLine(match, t, locale)}`, grade: GRADE_OF[likeness(match)] }] : [],
  );
}

/** What the station read, compared and saw, for the review: a line each. */
export function seenLines(enrollment: EnrollmentView, part: 'data' | 'video', t: Text, locale: string): SeenLine[] {
  const compared = facesLines(enrollment, part, t, locale);
  const { faces, liveness, fields, video } = enrollment;
  if (part === 'video') {
    // An interrupted video is judged by nobody.
    if (video?.interrupted) return [];
    const { working, passed, warnings } = liveness;
    const words = working ? t.seeing.liveness.working : passed === null ? t.seeing.liveness.unjudged : passed ? t.seeing.liveness.passed : t.seeing.liveness.notPassed;
    return [
      { key: 'liveness', words, grade: working || passed === null ? 'open' : passed ? 'good' : 'bad' },
      ...warnings.map((warning, index): SeenLine => ({ key: `warning-${index}`, words: reasonWords(warning, t, locale).text, grade: 'warning' })),
      ...compared,
    ];
  }
  const read = readLine(enrollment, t);
  const invalid = fields.filter((view) => view.document !== '' && view.valid === false);
  const failing = invalid.filter(({ field }) => hasDigit(field)).length;
  const uncertain = invalid.length - failing;
  return [
    ...(read ? [read] : []),
    ...(failing > 0 ? [{ key: 'invalid', words: t.seeing.review.invalid(String(failing)), grade: 'bad' as const }] : []),
    ...(uncertain > 0 ? [{ key: 'uncertain', words: t.seeing.review.uncertain(String(uncertain)), grade: 'warning' as const }] : []),
    ...compared,
    ...(compared.length === 0 && faces.missing ? [{ key: 'faces', words: t.seeing.faces.why(t.seeing.problems[faces.missing].name), grade: 'warning' as const }] : []),
  ];
}

/** Whether the station is still looking at evidence: nothing is sent before it has. */
export function looking({ readings, faces, liveness }: EnrollmentView): boolean {
  return faces.working || liveness.working || readings.some((view) => view.state.state === 'reading');
}
