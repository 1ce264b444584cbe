import { describe, expect, it } from 'vitest';
import { queue } from '../src/api/fixture/queue-scenes';
import { t } from '../src/i18n';
import { extent } from '../src/lib/extent';
import { EMPTY, narrows, sameFilter, tidy } from '../src/lib/filter';
import { until } from '../src/lib/now.svelte';
import { queueIntent } from '../src/lib/queueKeys';
import { beforeReview, cancellable, stateLook, STATES } from '../src/lib/states';
import { ask, reveal, step, visible } from '../src/lib/virtual';

describe('the rows that exist', () => {
  it.each([
    // scrollTop, height, total, spare → first, count
    [0, 520, 10_000, 0, 0, 11],
    [0, 520, 10_000, 5, 0, 16],
    [5200, 520, 10_000, 5, 95, 21],
    [519_480, 520, 10_000, 5, 9985, 15],
    [9_999_999, 520, 10_000, 5, 9995, 5],
    [0, 520, 3, 5, 0, 3],
    [0, 520, 0, 5, 0, 0],
    [0, 0, 100, 0, 0, 1],
  ])('scrolled %d in %d px of %d rows with %d spare: from %d, %d', (scrollTop, height, total, spare, first, count) =>
    expect(visible(scrollTop, height, 52, total, spare)).toEqual({ first, count }),
  );

  it('always cover what shows, and are few however long the list is', () => {
    for (let scrollTop = 0; scrollTop < 52 * 10_000 - 480; scrollTop += 997) {
      const { first, count } = visible(scrollTop, 480, 52, 10_000, 6);
      expect(first * 52).toBeLessThanOrEqual(scrollTop);
      expect((first + count) * 52).toBeGreaterThanOrEqual(scrollTop + 480);
      expect(count).toBeLessThanOrEqual(24);
    }
  });

  it('are asked for in blocks, so that a little scrolling asks for nothing new', () => {
    expect(ask({ first: 0, count: 15 }, 20)).toEqual({ first: 0, count: 20 });
    expect(ask({ first: 3, count: 15 }, 20)).toEqual({ first: 0, count: 20 });
    expect(ask({ first: 95, count: 21 }, 20)).toEqual({ first: 80, count: 40 });
    expect(ask({ first: 0, count: 0 }, 20)).toEqual({ first: 0, count: 20 });
  });
});

describe('a chosen row', () => {
  it('is scrolled to only when it does not show', () => {
    expect(reveal(3, 0, 520, 52)).toBe(0);
    expect(reveal(3, 400, 520, 52)).toBe(156);
    expect(reveal(10, 0, 520, 52)).toBe(52);
    // The head of the table covers its height.
    expect(reveal(9, 0, 520, 52, 36)).toBe(36);
  });
});

describe('keys in the list', () => {
  it.each([
    ['ArrowDown', 0, 1], ['ArrowDown', 99, 99], ['ArrowUp', 0, 0], ['ArrowUp', 5, 4], ['PageDown', 5, 15],
    ['PageDown', 95, 99], ['PageUp', 5, 0], ['PageUp', 50, 40], ['Home', 50, 0], ['End', 50, 99], ['a', 5, null],
  ])('%s from %d leads to %s', (key, from, to) => expect(step(key, from, 100, 10)).toBe(to));

  it('lead nowhere in an empty list', () => expect(step('End', 0, 0, 10)).toBeNull());

  const key = (name: string, more = {}) => ({
    key: name, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, repeat: false, ...more,
  });
  it.each([
    ['ArrowDown', {}, 'none', 'move'], ['End', {}, 'button', 'move'], ['ArrowDown', {}, 'text', null],
    ['ArrowDown', {}, 'choice', null], ['ArrowDown', { altKey: true }, 'none', null], ['/', {}, 'none', 'filter'],
    ['/', { shiftKey: true }, 'none', 'filter'], ['/', {}, 'text', null], ['r', {}, 'none', 'refresh'],
    ['R', {}, 'button', 'refresh'], ['r', { ctrlKey: true }, 'none', null], ['r', { repeat: true }, 'none', null],
    ['r', {}, 'text', null], ['Enter', {}, 'none', null],
  ] as const)('%s %j on %s means %s', (name, more, focus, meaning) =>
    expect(queueIntent(key(name, more), focus)).toBe(meaning),
  );
});

describe('states', () => {
  it('have each a word and an icon', () => {
    for (const state of STATES) {
      const { word } = stateLook(state);
      expect(word, state).toBe(state);
      expect(t.queue.states[word ?? 'CREATED'], state).not.toBe('');
    }
  });
  it('tell a validation or a refusal that the request itself does not show', () => {
    expect(stateLook('VIDEOREVIEW', 'REFUSED')).toMatchObject({ word: 'REFUSED', tone: 'bad' });
    expect(stateLook('CREATED', 'VALIDATED')).toMatchObject({ word: 'VALIDATED', tone: 'open' });
    expect(stateLook('ENROLLREADY', 'VALIDATED').word).toBe('ENROLLREADY');
    expect(stateLook('CANCELLED', 'REFUSED').word).toBe('CANCELLED');
    expect(stateLook('VIDEOREVIEW', 'SOMETHING').word).toBe('VIDEOREVIEW');
  });
  it('that are not known are shown as they came', () => {
    for (const state of ['ARCHIVED_2', '', 'toString', 'VIDEOARCHIVED'])
      expect(stateLook(state, 'REFUSED')).toEqual({ word: null, icon: 'info', tone: 'unknown' });
  });
  it('say what the enrollment still allows', () => {
    expect(STATES.filter(beforeReview)).toEqual(['CREATED', 'VIDEOPENDING', 'VIDEOINCOMPLETE', 'VIDEOERROR']);
    expect(STATES.filter((state) => !cancellable(state))).toEqual(['ENROLLREADY', 'ISSUED', 'RENEWED', 'CANCELLED']);
  });
});

describe('the filter', () => {
  it('narrows as soon as one thing is asked for', () => {
    expect(narrows(EMPTY)).toBe(false);
    for (const key of Object.keys(EMPTY)) expect(narrows({ ...EMPTY, [key]: 'x' }), key).toBe(true);
  });
  it('is asked for without blanks', () => {
    expect(tidy({ ...EMPTY, surname1: '  Specimen ' })).toEqual({ ...EMPTY, surname1: 'Specimen' });
    expect(sameFilter(tidy({ ...EMPTY, email: '   ' }), EMPTY)).toBe(true);
  });
});

describe('how far the list reaches', () => {
  const filter = (more: object) => ({ filter: { ...EMPTY, ...more } });
  it.each([
    [queue(12), 'All 12 looked at.'],
    [queue(200, { total: 10_000, more: true }), 'Looked at 200 of 10,000.'],
    [queue(200, { total: null, more: true }), 'Looked at 200; there are more.'],
    [queue(200, { total: 200, more: true }), 'Looked at 200; there are more.'],
    [queue(48, { loaded: 200, total: 10_000, more: true, filteredHere: true, ...filter({ state: 'VIDEOREVIEW' }) }),
      'Looked at 200 of 10,000. 48 match. The authority does not filter by state, so this station does, among these.'],
    [queue(200, { filteredHere: true }), 'All 200 looked at.'],
    [queue(0, { readAt: null, total: null }), 'Nothing looked at yet.'],
  ])('%#', (view, words) => expect(extent(view, 'en')).toBe(words));
});

it('counts down to a time and never below', () => {
  const at = '2026-03-02T09:41:12Z';
  expect(until(at, Date.parse(at) - 1500)).toBe(1500);
  expect(until(at, Date.parse(at) + 1500)).toBe(0);
  expect(until(null, 0)).toBeNull();
  expect(until('soon', 0)).toBeNull();
});
