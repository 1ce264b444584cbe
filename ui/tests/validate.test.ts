import { describe, expect, it } from 'vitest';
import type { RequestForm } from '../src/api/bindings/RequestForm';
import { country, dniLetter, documentNumber, email, normalised, phone, requestForm, requestNumber, typedDay } from '../src/lib/validate';

describe('e-mail', () => {
  it.each(['anna@example.org', 'a.b+c@sub.example.co', 'señor@correo.es', 'x@xn--bcher-kva.example'])('takes %s', (text) =>
    expect(email(text)).toBeNull(),
  );
  it.each(['anna', 'anna@', '@example.org', 'anna@example', 'a b@example.org', 'a@b@example.org', '.a@example.org', 'a..b@example.org', 'a@-x.org', 'a@example.1'])(
    'does not take %s',
    (text) => expect(email(text)).toBe('email'),
  );
  it('asks for one', () => expect(email('  ')).toBe('required'));
});

describe('phone', () => {
  it.each(['+34611223344', '+34 611 22 33 44', '+1 (212) 555-0100', '+4915112345678'])('takes %s', (text) =>
    expect(phone(text)).toBeNull(),
  );
  it('asks for the country code first', () => expect(phone('611223344')).toBe('phone_plus'));
  it.each(['+', '+0611223344', '+34', '+3461122334', '+34111223344', '+1234567890123456', '+34 61122a344'])(
    'does not take %s',
    (text) => expect(phone(text)).toBe('phone'),
  );
});

describe('document number', () => {
  it('knows the Spanish letter', () => {
    expect(dniLetter(12345678)).toBe('Z');
    expect(documentNumber('12345678Z', 'IDC', 'ES')).toBeNull();
    expect(documentNumber('12345678-z', 'IDC', 'es')).toBeNull();
    expect(documentNumber('12345678A', 'IDC', 'ES')).toBe('document_letter');
  });
  it("knows the foreigner's letter", () => {
    expect(documentNumber('X0000000T', 'IDC', 'ES')).toBeNull();
    expect(documentNumber('Y0000000Z', 'PNO', 'ES')).toBeNull();
    expect(documentNumber('Z0000000M', 'TIN', 'ES')).toBeNull();
    expect(documentNumber('Y0000000T', 'IDC', 'ES')).toBe('document_letter');
  });
  it('knows the form before the letter', () => {
    expect(documentNumber('1234567Z', 'IDC', 'ES')).toBe('document_form');
    expect(documentNumber('123456789', 'IDC', 'ES')).toBe('document_form');
  });
  it('takes what other countries write, and any passport', () => {
    expect(documentNumber('PAA123456', 'PAS', 'ES')).toBeNull();
    expect(documentNumber('L01X00T47', 'IDC', 'DE')).toBeNull();
    expect(documentNumber('<>', 'IDC', 'DE')).toBe('document_form');
    expect(documentNumber('', 'IDC', 'DE')).toBe('required');
  });
});

it('knows countries', () => {
  expect(country('ES')).toBeNull();
  expect(country('es')).toBeNull();
  expect(country('XX')).toBe('country');
  expect(country('')).toBe('required');
});

it('knows request numbers', () => {
  expect(requestNumber(' 46760 ')).toBeNull();
  expect(requestNumber('46a')).toBe('request_number');
});

const FORM: RequestForm = {
  profile: 'PFnubeAFCiudadano', givenName: ' Anna  María ', surname1: 'Specimen', surname2: '', email: ' anna@example.org ',
  mobilePhoneNumber: '+34 611-22-33-44', serialNumber: 'x 0000000-t', countryName: 'es', idDocumentType: 'IDC',
  idDocumentCountry: 'es', validityDays: 730,
};

describe('a day of a document', () => {
  it.each([
    ['03/12/1985', '03/12/1985'], [' 3/12/1985 ', '03/12/1985'], ['3-12-1985', '03/12/1985'], ['3.12.1985', '03/12/1985'], ['29/02/2024', '29/02/2024'], ['31/12/9999', '31/12/9999'],
  ])('takes %s', (typed, written) => expect(typedDay(typed)).toBe(written));
  it.each(['', '12/1985', '31/02/1985', '29/02/2025', '12/31/1985', '3/12/85', '1985-12-03', '03/12/1985x', '00/12/1985', '03/12/0085', '3 de diciembre'])('does not take %s', (typed) =>
    expect(typedDay(typed)).toBeNull());
});

describe('the whole form', () => {
  it('is in order', () => expect(requestForm(FORM)).toEqual({}));
  it('does not ask for a second surname, and names every other gap', () => {
    const empty: RequestForm = {
      profile: '', givenName: '', surname1: '', surname2: '', email: '', mobilePhoneNumber: '', serialNumber: '',
      countryName: '', idDocumentType: '', idDocumentCountry: '', validityDays: 0,
    };
    const { surname2, ...asked } = empty;
    expect(surname2).toBe('');
    expect(Object.keys(requestForm(empty)).sort()).toEqual(Object.keys(asked).sort());
  });
  it.each([0, -1, 1.5, 1826, Number.NaN])('does not take %d days', (validityDays) =>
    expect(requestForm({ ...FORM, validityDays })).toEqual({ validityDays: 'validity' }),
  );
  it('is sent without the marks for the eye', () =>
    expect(normalised(FORM)).toEqual({
      ...FORM, givenName: 'Anna María', email: 'anna@example.org', mobilePhoneNumber: '+34611223344',
      serialNumber: 'X0000000T', countryName: 'ES', idDocumentCountry: 'ES',
    }));
});
