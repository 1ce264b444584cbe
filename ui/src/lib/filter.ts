import type { QueueFilter } from '../api/bindings/QueueFilter';

export const EMPTY: QueueFilter = {
  state: null,
  scratchcard: '',
  givenName: '',
  surname1: '',
  surname2: '',
  serialNumber: '',
  email: '',
  mobilePhoneNumber: '',
};

export function sameFilter(a: QueueFilter, b: QueueFilter): boolean {
  return (Object.keys(EMPTY) as (keyof QueueFilter)[]).every((key) => a[key] === b[key]);
}

export function narrows(filter: QueueFilter): boolean {
  return !sameFilter(filter, EMPTY);
}

/** As it is asked: without the blanks around what was typed. */
export function tidy(filter: QueueFilter): QueueFilter {
  const tidied = Object.fromEntries(
    Object.entries(filter).map(([key, value]) => [key, typeof value === 'string' ? value.trim() : value]),
  );
  return { ...EMPTY, ...tidied };
}
