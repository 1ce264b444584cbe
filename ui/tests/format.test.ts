import { describe, expect, it } from 'vitest';
import { bytes, bytesOf, clock, dateTime, day, documentDay, hour, percent, rate, span } from '../src/lib/format';

describe('bytes', () => {
  it.each([
    [0, '0 byte'],
    [999, '999 byte'],
    [999.6, '1 kB'],
    [1000, '1 kB'],
    [1540, '1.5 kB'],
    [812_345, '812 kB'],
    [999_499, '999 kB'],
    [999_999, '1 MB'],
    [6_212_000, '6.2 MB'],
    [212_000_000, '212 MB'],
    [3_000_000_000, '3 GB'],
    [-5, '0 byte'],
  ])('%d is %s', (count, words) => expect(bytes(count, 'en')).toBe(words));

  it('follows the locale', () => expect(bytes(6_212_000, 'es')).toBe('6,2 MB'));
});

describe('bytesOf', () => {
  it('writes both in the unit of the total', () => {
    expect(bytesOf(48_200_000, 212_000_000, 'of', 'en')).toBe('48 of 212 MB');
    expect(bytesOf(900, 2_500_000, 'of', 'en')).toBe('0 of 2.5 MB');
  });

  it('never says more than the total, and stands a total of nothing', () => {
    expect(bytesOf(3_000_000, 2_000_000, 'of', 'en')).toBe('2 of 2 MB');
    expect(bytesOf(0, 0, 'of', 'en')).toBe('0 of 0 byte');
  });
});

it('writes a rate', () => expect(rate(6_100_000, 'en')).toBe('6.1 MB/s'));

describe('span', () => {
  it.each([
    [0, '0 s'],
    [26.6, '27 s'],
    [59.6, '1 min'],
    [90, '1 min 30 s'],
    [600, '10 min'],
    [3599, '1 h'],
    [3900, '1 h 5 min'],
    [-3, '0 s'],
  ])('%d seconds are %s', (seconds, words) => expect(span(seconds)).toBe(words));
});

describe('clock', () => {
  it.each([
    [0, '0:00'],
    [7_999, '0:07'],
    [61_000, '1:01'],
    [750_000, '12:30'],
  ])('%d ms are %s', (milliseconds, words) => expect(clock(milliseconds)).toBe(words));
});

describe('percent', () => {
  it('is 100 only when everything is there', () => {
    expect(percent(999_999, 1_000_000)).toBe(99);
    expect(percent(1_000_000, 1_000_000)).toBe(100);
  });

  it('is 0 of nothing', () => expect(percent(5, 0)).toBe(0));
});

it('shows a time that it cannot read as it is', () => expect(dateTime('yesterday', 'en')).toBe('yesterday'));

describe('what the authority wrote as a time', () => {
  it('is shown as a day and an hour', () => {
    expect(day('2026-03-02T09:41:12', 'en')).toBe('Mar 2, 2026');
    expect(hour('2026-03-02T09:41:12', 'es')).toBe('9:41');
  });
  it('has no hour when it is a day alone', () => {
    expect(day('2026-03-02', 'en')).toBe('Mar 2, 2026');
    expect(hour('2026-03-02', 'en')).toBe('');
  });
  it('is shown as it is when it cannot be read', () => {
    expect(day('02/03 morning', 'en')).toBe('02/03 morning');
    expect(hour('02/03 morning', 'en')).toBe('');
  });
});

describe('a document’s day', () => {
  it('is unmistakable', () => {
    expect(documentDay('03/12/1985', 'en-US')).toBe('December 3, 1985');
    expect(documentDay('03/12/1985', 'es')).toBe('3 de diciembre de 1985');
    expect(documentDay('01/01/1980', 'en-GB')).toBe('1 January 1980');
  });
  it.each(['', '31/02/1985', '1985-12-03', '3/12/1985', '31/13/1985'])('is none of %s', (written) => expect(documentDay(written, 'en')).toBeNull());
});
