import type { RequestForm } from '../api/bindings/RequestForm';
import { isCountry } from './countries';
import { documentDay } from './format';

/** Why a value cannot stand. The words are in the language table. */
export type Problem =
  | 'required'
  | 'email'
  | 'phone_plus'
  | 'phone'
  | 'country'
  | 'document_form'
  | 'document_letter'
  | 'validity'
  | 'request_number';

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** The control letter of a Spanish number: its remainder by 23. */
export function dniLetter(digits: number): string {
  return DNI_LETTERS[digits % 23] ?? '';
}

export function email(value: string): Problem | null {
  const text = value.trim();
  if (text === '') return 'required';
  if (text.length > 254) return 'email';
  const [local, domain, ...rest] = text.split('@');
  if (!local || !domain || rest.length > 0 || local.length > 64 || /\s/.test(text)) return 'email';
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return 'email';
  const labels = domain.split('.');
  if (labels.length < 2) return 'email';
  if (!labels.every((label) => /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u.test(label))) return 'email';
  return /^(?:\p{L}{2,}|xn--.+)$/u.test(labels.at(-1) ?? '') ? null : 'email';
}

/** E.164: a plus, a country code that does not begin with 0, at most 15 digits. Spaces are for the eye. */
export function phone(value: string): Problem | null {
  const text = compactPhone(value);
  if (text === '') return 'required';
  if (!text.startsWith('+')) return 'phone_plus';
  if (!/^\+[1-9]\d{6,14}$/.test(text)) return 'phone';
  // Spanish numbers have nine digits and begin with 6 to 9.
  if (text.startsWith('+34') && !/^\+34[6-9]\d{8}$/.test(text)) return 'phone';
  return null;
}

/** A day as people type it, written `DD/MM/YYYY`; null where there is no such day. */
export function typedDay(typed: string): string | null {
  const [, day, month, year] = /^(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+([1-9]\d{3})$/.exec(typed.trim()) ?? [];
  if (!day || !month || !year) return null;
  const written = `${day.padStart(2, '0')}/${month.padStart(2, '0')}/${year}`;
  return documentDay(written, 'en') === null ? null : written;
}

export function compactPhone(value: string): string {
  return value.replace(/[\s().-]/g, '');
}

export function compactDocument(value: string): string {
  return value.replace(/[\s.-]/g, '').toUpperCase();
}

export function country(value: string): Problem | null {
  const code = value.trim().toUpperCase();
  if (code === '') return 'required';
  return isCountry(code) ? null : 'country';
}

/** Spanish identity and foreigner's numbers are known to the letter; others only by their characters. */
export function documentNumber(value: string, type: string, issuer: string): Problem | null {
  const text = compactDocument(value);
  if (text === '') return 'required';
  if (issuer.toUpperCase() === 'ES' && type !== 'PAS') {
    const parts = /^([XYZ]|\d)(\d{7})([A-Z])$/.exec(text);
    if (!parts) return 'document_form';
    const lead = 'XYZ'.indexOf(parts[1] ?? '');
    const number = Number(`${lead >= 0 ? lead : parts[1]}${parts[2]}`);
    return dniLetter(number) === parts[3] ? null : 'document_letter';
  }
  return /^[A-Z0-9/]{4,20}$/.test(text) ? null : 'document_form';
}

export function requestNumber(value: string): Problem | null {
  const text = value.trim();
  if (text === '') return 'required';
  return /^\d{1,12}$/.test(text) ? null : 'request_number';
}

export type Problems = Partial<Record<keyof RequestForm, Problem>>;

function filled(value: string): Problem | null {
  return value.trim() === '' ? 'required' : null;
}

/** Every problem of the form, by field; empty when the request can be created. */
export function requestForm(form: RequestForm): Problems {
  const found: [keyof RequestForm, Problem | null][] = [
    ['profile', filled(form.profile)],
    ['givenName', filled(form.givenName)],
    ['surname1', filled(form.surname1)],
    ['email', email(form.email)],
    ['mobilePhoneNumber', phone(form.mobilePhoneNumber)],
    ['idDocumentType', filled(form.idDocumentType)],
    ['idDocumentCountry', country(form.idDocumentCountry)],
    ['serialNumber', documentNumber(form.serialNumber, form.idDocumentType, form.idDocumentCountry)],
    ['countryName', country(form.countryName)],
    ['validityDays', Number.isInteger(form.validityDays) && form.validityDays >= 1 && form.validityDays <= 1825 ? null : 'validity'],
  ];
  const problems: Problems = {};
  for (const [field, problem] of found) if (problem) problems[field] = problem;
  return problems;
}

/** The form as it is sent: trimmed, numbers without the marks that people put in for reading. */
export function normalised(form: RequestForm): RequestForm {
  return {
    profile: form.profile.trim(),
    givenName: form.givenName.trim().replace(/\s+/g, ' '),
    surname1: form.surname1.trim().replace(/\s+/g, ' '),
    surname2: form.surname2.trim().replace(/\s+/g, ' '),
    email: form.email.trim(),
    mobilePhoneNumber: compactPhone(form.mobilePhoneNumber),
    serialNumber: compactDocument(form.serialNumber),
    countryName: form.countryName.trim().toUpperCase(),
    idDocumentType: form.idDocumentType,
    idDocumentCountry: form.idDocumentCountry.trim().toUpperCase(),
    validityDays: form.validityDays,
  };
}
