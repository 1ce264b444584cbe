import { describe, expect, it } from 'vitest';
import type { ReviewedCheck } from '../src/api/bindings/ReviewedCheck';
import { review } from '../src/api/fixture/review-scenes';
import { en } from '../src/i18n/en';
import { es } from '../src/i18n/es';
import {
  acceptanceDate, acceptanceRow, checkName, detail, eventWords, fieldName, isPassport, missingWords, similarityWords, sourceWords,
  tabOf, TABS, verdictOf,
} from '../src/lib/reviewing';

const rust = import.meta.glob<string>('../../crates/evidence/src/event.rs', { query: '?raw', import: 'default', eager: true });

/** Names of the variants and of all fields, as serde writes them. */
function events(source: string): { names: string[]; fields: string[] } {
  const body = /pub enum AuditEvent \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const snake = (name: string) => name.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase();
  return {
    names: [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map((match) => snake(match[1] ?? '')),
    fields: [...new Set([...body.matchAll(/^ {8}(\w+):/gm)].map((match) => match[1] ?? ''))],
  };
}

describe('the record', () => {
  const { names, fields } = events(Object.values(rust)[0] ?? '');
  it('is read from where it is declared', () => expect(names.length).toBeGreaterThan(40));
  it.each(names)('%s has words', (name) => {
    for (const table of [en, es]) expect(Object.hasOwn(table.reviewDesk.audit.events, name)).toBe(true);
  });
  it('has words for nothing that is not there', () =>
    expect(Object.keys(en.reviewDesk.audit.events).sort()).toEqual([...names].sort()));
  it.each(fields)('its detail %s has words', (field) =>
    expect(Object.hasOwn(en.reviewDesk.audit.details, field)).toBe(true));
  it('shows what it does not know as it is', () => {
    expect(eventWords('event_of_a_newer_version', en)).toBe('event_of_a_newer_version');
    expect(eventWords('toString', en)).toBe('toString');
    expect(detail({ key: 'shade', value: '{"a": 1' }, en, 'en')).toEqual({ label: 'shade', value: '{"a": 1', full: '{"a": 1' });
  });
  it.each([
    ['bytes', '812345', '812 kB'], ['duration_ms', '31400', '0:31'], ['at_ms', '6400', '0:06'], ['index', '0', '1'],
    ['sha256', '9f2c41d07be85a66', '9f2c41d07be8…'], ['contract_sha256', 'ab', 'ab'], ['kind', 'document_rear', 'Document, rear'],
    ['check', 'liveliness', 'Real person'], ['field', 'birth_date', 'Date of birth'], ['value', 'true', 'Yes'],
    ['fields', '["email","odd_key"]', 'E-mail, odd_key'], ['captured_by', '{"name":"Olga","rao_id":"1400"}', 'Olga (1400)'],
    ['captured_by', '{"name":"Olga","rao_id":null}', 'Olga'], ['cause', '[unplugged', '[unplugged'], ['pk', '46760', '46760'],
  ])('%s %s is written %s', (key, value, words) => {
    const fact = detail({ key, value }, en, 'en');
    expect(fact.value).toBe(words);
    expect(fact.full).toBe(value);
  });
});

describe('checks', () => {
  const check = (more: Partial<ReviewedCheck>): ReviewedCheck => ({
    check: 'liveliness', label: 'liveliness', value: true, source: { from: 'not_transmitted' }, ...more,
  });
  it.each([
    [true, 'not_transmitted', 'yes'], [false, 'not_transmitted', 'no'], [null, 'not_performed', 'not_performed'],
    [null, 'not_transmitted', 'not_transmitted'],
  ] as const)('%s from %s is %s', (value, from, verdict) => expect(verdictOf(check({ value, source: { from } }))).toBe(verdict));
  it('say where they come from', () => {
    const words = (source: ReviewedCheck['source']) => sourceWords(source, en, 'en');
    expect(words({ from: 'not_transmitted' })).toBe('Source not transmitted');
    expect(words({ from: 'measured', method: 'check digits' })).toBe('Measured: check digits');
    expect(words({ from: 'measured', method: '' })).not.toMatch(/: *$/);
    expect(words({ from: 'attested', by: 'Olga', at: 'at noon' })).toBe('Attested by Olga, at noon');
    expect(words({ from: 'attested', by: 'Olga', at: '' })).toContain('time not transmitted');
  });
  it('keep a name that is not known', () => {
    expect(checkName(check({}), en)).toBe('Real person');
    expect(checkName(check({ check: null, label: 'Hologram visible' }), en)).toBe('Hologram visible');
    expect(fieldName('odd_key', en)).toBe('odd_key');
  });
});

describe('the similarity', () => {
  it.each([
    [{ score: 87, level: null }, '87 of 100'], [{ score: 0, level: null }, '0 of 100'], [{ score: null, level: 'Medium' }, 'Medium'],
    [{ score: null, level: 'high' }, 'High'], [{ score: null, level: 'quite' }, 'quite'], [{ score: null, level: null }, null], [null, null],
  ])('%j is written %s', (similarity, words) => expect(similarityWords(similarity, en)).toBe(words));
  it('is translated', () => expect(similarityWords({ score: null, level: 'Medium' }, es)).toBe('Media'));
});

describe('the acceptance', () => {
  it('tells milliseconds, seconds and written times', () => {
    const written = acceptanceDate('2021-06-04T09:04:39Z', 'en');
    expect(acceptanceDate('1622797479708', 'en')).toBe(written);
    expect(acceptanceDate('1622797479', 'en')).toBe(written);
    expect(acceptanceDate('some day', 'en')).toBe('some day');
  });
  it('shows addresses as what can be copied', () => {
    expect(acceptanceRow({ key: 'url-doc-privacypolicy', value: 'https://example.org/p' }, en, 'en')).toEqual({
      label: 'Privacy policy', value: 'https://example.org/p', mono: true, link: true,
    });
    expect(acceptanceRow({ key: 'url-doc-privacypolicy', value: 'javascript:alert(1)' }, en, 'en').link).toBe(false);
  });
  it('keeps keys that are not known', () =>
    expect(acceptanceRow({ key: 'branch', value: 'true' }, en, 'en')).toMatchObject({ label: 'branch', value: 'Yes' }));
});

describe('what is missing', () => {
  const passport = review({ pictures: [], fields: [{ key: 'id_document_type', requested: 'PAS', document: '', differs: false }] });
  it('is named, and a passport lacks no rear side', () => {
    expect(isPassport(passport)).toBe(true);
    expect(missingWords('document_rear', passport, en)).toContain('passport');
    expect(missingWords('document_front', passport, en)).toContain('front');
    expect(missingWords('document_rear', review({ pictures: [] }), en)).toBe('The authority shows no rear side.');
  });
  it('goes by the document where both tell', () => {
    const both = review({ fields: [{ key: 'id_document_type', requested: 'PAS', document: 'IDC', differs: true }] });
    expect(isPassport(both)).toBe(false);
  });
});

it('number keys are the tabs', () => {
  expect(['1', '2', '3', '4', '5'].map(tabOf)).toEqual([...TABS]);
  for (const key of ['0', '6', '9', 'a', '', '11']) expect(tabOf(key)).toBeNull();
});
