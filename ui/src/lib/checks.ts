/** How a security check is answered, and where its answer comes from. */

import type { CheckResult } from '../api/bindings/CheckResult';
import type { CheckView } from '../api/bindings/CheckView';
import type { Text } from '../i18n';
import { dateTime, timeOfDay } from './format';

export function valueOf(result: CheckResult): boolean | null {
  return result.source === 'not_performed' ? null : result.value;
}

/**
 * `ask`: the operator says yes or no. `override`: it was measured, and saying otherwise takes a reason. `none`: it stands
 * as it is.
 */
export function answer({ result, attestable }: CheckView): 'ask' | 'override' | 'none' {
  if (!attestable) return 'none';
  if (result.source === 'not_performed') return 'ask';
  if (result.source === 'attested') return result.measured === null ? 'ask' : 'none';
  return 'override';
}

/** Fewer letters than these are no reason. */
export const LEAST_LETTERS = 10;

/** A reason as it is recorded, on one line; null where it is too short to be one. */
export function reasonLine(typed: string): string | null {
  const line = typed.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length < LEAST_LETTERS ? null : line;
}

/** How something was measured, in the reader's language where the method is known. */
export function methodWords(method: string, t: Text): string {
  const { methods } = t.seeing;
  return Object.hasOwn(methods, method) ? methods[method as keyof typeof methods] : method;
}

/** Where the value comes from, a line for each thing to know. */
export function provenance(result: CheckResult, t: Text, locale: string): string[] {
  switch (result.source) {
    case 'not_performed':
      return [t.data.notPerformed];
    case 'measured':
      return [t.data.measured(methodWords(result.method, t))];
    case 'looked_up':
      return [
        t.seeing.checks.lookedUp(result.register, dateTime(result.at, locale)),
        ...(result.reference === null ? [] : [t.seeing.checks.reference(result.reference)]),
      ];
    case 'attested':
      return [
        ...(result.measured === null ? [] : [t.seeing.checks.overridden(result.measured ? t.data.isTrue : t.data.isFalse)]),
        t.data.attested(result.by, timeOfDay(result.at, locale)),
        ...(result.reason === null || result.reason === '' ? [] : [t.seeing.checks.reason(result.reason)]),
      ];
  }
}
