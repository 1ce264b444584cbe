import { describe, expect, it } from 'vitest';
import { choose } from '../src/i18n';
import { en } from '../src/i18n/en';
import { es } from '../src/i18n/es';

function* leaves(value: unknown, path = ''): Generator<[string, unknown]> {
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, path === '' ? key : `${path}.${key}`);
  else yield [path, value];
}

/** Words of a leaf; functions are called with one of each sample. */
function words(leaf: unknown): string[] {
  if (typeof leaf !== 'function') return [String(leaf)];
  return [1, 2].map((sample) => String((leaf as (...args: unknown[]) => string)(sample, sample, sample, sample)));
}

// Empty on purpose: an ordinary camera needs no mark, and "none" has no button.
const EMPTY = new Set(['camera.kinds.camera', 'failureActions.none']);

describe.each([
  ['en', en],
  ['es', es],
])('%s', (_language, table) => {
  it('has words everywhere', () => {
    for (const [path, leaf] of leaves(table))
      for (const text of words(leaf)) expect(text.trim() !== '' || EMPTY.has(path), path).toBe(true);
  });
  it('never raises its voice', () => {
    for (const [path, leaf] of leaves(table)) for (const text of words(leaf)) expect(text, path).not.toMatch(/[!¡]/);
  });
  it('instructs in at most five words', () => {
    for (const [path, text] of [...leaves(table.capture.instructions), ...leaves(table.seeing.instructions)])
      expect(String(text).split(' ').length, path).toBeLessThanOrEqual(5);
  });
  it('uses every argument', () => {
    for (const [path, leaf] of leaves(table)) {
      if (typeof leaf !== 'function') continue;
      const samples = [7001, 7002, 7003, 7004].slice(0, leaf.length);
      const text = String((leaf as (...args: number[]) => string)(...samples));
      for (const sample of samples) expect(text, path).toContain(String(sample));
    }
  });
});

it('the tables have the same keys, and Spanish is translated', () => {
  const english = new Map(leaves(en));
  const spanish = new Map(leaves(es));
  expect([...spanish.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [path, leaf] of english) {
    if (!path.startsWith('failures.')) continue;
    expect(spanish.get(path), path).not.toBe(leaf);
  }
});

it('chooses the first language that there is', () => {
  expect(choose(['es-MX', 'en'])).toMatchObject({ language: 'es', locale: 'es-MX' });
  expect(choose(['fr-FR', 'es-ES'])).toMatchObject({ language: 'es', locale: 'es-ES' });
  expect(choose(['fr-FR'])).toMatchObject({ language: 'en', locale: 'en' });
  expect(choose([])).toMatchObject({ language: 'en', locale: 'en' });
});
