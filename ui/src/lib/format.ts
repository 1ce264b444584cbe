/** Numbers and times as the reader's locale writes them. Bytes are decimal: 1 MB is 1,000,000 bytes. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
type Unit = (typeof UNITS)[number];

function scale(bytes: number): { value: number; unit: Unit } {
  let value = Math.max(0, bytes);
  let step = 0;
  // 999,950 would be written as 1,000.0 kB: go on to the next unit before rounding gets there.
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000;
    step += 1;
  }
  return { value, unit: UNITS[step] ?? 'byte' };
}

function digits(value: number, unit: Unit): number {
  return unit === 'byte' || value >= 10 ? 0 : 1;
}

function write(value: number, unit: string, fraction: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: fraction,
  }).format(value);
}

export function bytes(count: number, locale: string): string {
  const { value, unit } = scale(count);
  return write(value, unit, digits(value, unit), locale);
}

/** "48 of 212 MB": both in the unit of the total. The word between them comes from the caller. */
export function bytesOf(sent: number, total: number, of: string, locale: string): string {
  const { value, unit } = scale(total);
  const fraction = digits(value, unit);
  const part = (Math.min(sent, total) / total) * value || 0;
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: fraction });
  return `${number.format(part)} ${of} ${write(value, unit, fraction, locale)}`;
}

export function rate(bytesPerSecond: number, locale: string): string {
  return `${bytes(bytesPerSecond, locale)}/s`;
}

/** "27 s", "4 min 10 s", "1 h 5 min": coarser the longer it is. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 600) {
    const rest = whole % 60;
    return rest === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${rest} s`;
  }
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Clock of a recording: "0:07", "12:30". */
export function clock(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

export function percent(part: number, total: number): number {
  if (!(total > 0)) return 0;
  // 100 only when it is all there.
  return part >= total ? 100 : Math.min(99, Math.max(0, Math.floor((part / total) * 100)));
}

export function count(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** A stored RFC 3339 time in the reader's zone and locale; what cannot be read is shown as it is. */
export function dateTime(rfc3339: string, locale: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return rfc3339;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}

export function timeOfDay(rfc3339: string, locale: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return rfc3339;
  return new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(time);
}

/** A document's day, `DD/MM/YYYY`, with its month as a word, so that day and month are not taken for each other; null where it is no day. */
export function documentDay(written: string, locale: string): string | null {
  const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(written) ?? [];
  if (!day || !month || !year) return null;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // The 31st of a shorter month would be taken for a day of the next.
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return null;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date);
}

/** The day of a time that may have come in any form: what cannot be read is shown as it is. */
export function day(written: string, locale: string): string {
  // A day alone would be read as midnight in Greenwich, which is another day elsewhere.
  const time = new Date(/^\d{4}-\d{2}-\d{2}$/.test(written) ? `${written}T00:00` : written);
  if (Number.isNaN(time.getTime())) return written;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(time);
}

/** Hours and minutes; empty where the time cannot be read or is a day alone. */
export function hour(written: string, locale: string): string {
  const time = new Date(written);
  if (Number.isNaN(time.getTime()) || !written.includes(':')) return '';
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(time);
}
