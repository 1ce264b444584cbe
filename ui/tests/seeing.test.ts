import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../src/api/bindings/CheckResult';
import type { PendingLook } from '../src/api/bindings/PendingLook';
import type { ProblemKind } from '../src/api/bindings/ProblemKind';
import type { ReasonCode } from '../src/api/bindings/ReasonCode';
import { CARD_LOOK, CHECKS, FACE_LOOK, reason } from '../src/api/fixture/seeing';
import { seeingScenes } from '../src/api/fixture/seeing-scenes';
import { enrollment } from '../src/api/fixture/snapshots';
import { en } from '../src/i18n/en';
import { es } from '../src/i18n/es';
import { answer, provenance, reasonLine, valueOf } from '../src/lib/checks';
import { detail, eventWords, sourceWords } from '../src/lib/reviewing';
import { against, certainty, likeness, lookRows, measuredWords, problemWords, reasonWords, seenLines, similarityLine, sureness, unusable } from '../src/lib/seeing';
import { lacksZone } from '../src/lib/steps';

describe('a limit that fails', () => {
  it('is told with what was measured', () => {
    const problem = { kind: 'too_small', measured: 612.4, limit: 741, hard: true } as const;
    expect(problemWords(problem, en, 'en').numbers).toBe('612 px wide, 741 needed');
    expect(problemWords(problem, es, 'es').numbers).toBe('612 px de ancho, se piden 741');
  });
  it('never reads as if it were met', () => {
    expect(against('face_too_small', 89.7, 90, 'en')).toEqual(['89.7', '90']);
    expect(against('too_dark', 39.96, 40, 'en')).toEqual(['39.96', '40']);
    expect(against('glare', 0.034, 0.03, 'en')).toEqual(['3.4%', '3%']);
    expect(against('glare', 0.009, 0.004, 'en')).toEqual(['0.9%', '0.4%']);
    expect(against('blurred', 0.418, 0.58, 'en')).toEqual(['42%', '58%']);
    expect(against('several_faces', 2, 1, 'en')).toEqual(['2', '1']);
    expect(against('blurred', 60, 60, 'en')).toEqual(['60', '60']);
  });
  it('has nothing to count where there is nothing', () =>
    expect(problemWords({ kind: 'no_face', measured: 0, limit: 1, hard: true }, en, 'en').numbers).toBeNull());
  it('says what to do about each', () => {
    for (const kind of Object.keys(en.seeing.problems) as ProblemKind[])
      for (const table of [en, es]) expect(problemWords({ kind, measured: 1, limit: 2, hard: false }, table, 'en').advice, kind).toMatch(/\.$/);
  });
});

describe('facts of a picture', () => {
  it('tell width and resolution of the document as one', () => {
    const rows = lookRows(CARD_LOOK, en, 'en');
    expect(rows[0]).toEqual({ key: 'document', label: 'Document', value: '1,020 px wide (303 dpi)', good: true });
    expect(rows.map(({ key }) => key)).toEqual(['document', 'tilt_deg', 'sharpness', 'glare', 'luma']);
  });
  it('are not good where either of the two is not', () => {
    const look: PendingLook = { ...CARD_LOOK, measured: [{ what: 'width_px', value: 800, good: true }, { what: 'dpi', value: 238, good: false }] };
    expect(lookRows(look, en, 'en')[0]?.good).toBe(false);
  });
  it('are of no use where a hard limit fails, however many soft ones do', () => {
    const problem = { kind: 'too_small', measured: 306, limit: 500, hard: true } as const;
    expect(unusable({ ...CARD_LOOK, problems: [{ ...problem, hard: false }] })).toBe(false);
    expect(unusable({ ...CARD_LOOK, problems: [{ ...problem, hard: false }, problem] })).toBe(true);
  });
  it('leave out what has no limit', () =>
    expect(lookRows({ ...CARD_LOOK, dpi: null, measured: [{ what: 'motion', value: 0, good: null }] }, en, 'en')).toEqual([]));
  it('of a face have no resolution', () =>
    expect(lookRows(FACE_LOOK, en, 'en').map(({ value }) => value)).toEqual(['168 px', '2°', '1°', '64%', '131 of 255', '1']));
  it('write each number in its unit', () => {
    const write = (what: Parameters<typeof measuredWords>[0]['what'], value: number) => measuredWords({ what, value, good: null }, en, 'en');
    expect([write('dpi', 303.4), write('width_px', 1020), write('inter_eye_px', 61.2)]).toEqual(['303 dpi', '1,020 px', '61 px']);
    expect([write('share', 0.714), write('glare', 0.0523), write('yaw_deg', -12.4), write('sharpness', 0.712)]).toEqual(['71%', '5.2%', '12°', '71%']);
  });
});

describe('a reason', () => {
  const words = (code: ReasonCode, holds: boolean | null, measured: string | null = null, expected: string | null = null) =>
    reasonWords(reason(code, holds, measured, expected), en, 'en');

  it('writes dates as the reader does', () =>
    expect(words('expiry_date', false, '2025-11-30', '2026-03-02')).toEqual({ text: 'The document has expired', numbers: 'until Nov 30, 2025, today is Mar 2, 2026' }));
  it('counts', () => {
    expect(words('check_digits', false, '4', '5').numbers).toBe('4 of 5');
    expect(words('check_digits', false, '4').numbers).toBe('4');
    expect(words('age', true, '46', '18').numbers).toBe('46 years, 18 needed');
  });
  it('says nothing against its numbers where it is open', () => {
    expect(words('check_digits', null, '4', '5')).toEqual({ text: 'Check digits that hold', numbers: '4 of 5' });
    expect(words('age', null, '41', '18')).toEqual({ text: 'The holder’s age cannot be told', numbers: '41 years, 18 needed' });
    expect(words('face_as_pictured', null, '42', '50').numbers).toBe('likeness 42, 50 needed');
  });
  it('stands without numbers', () => expect(words('zone_sure', null)).toEqual({ text: 'How surely the zone was read', numbers: '' }));
  it('shows what it cannot read as it is', () => expect(words('screen_pattern', null, 'weak').numbers).toBe('weak'));
  it.each(Object.keys(en.reasons) as ReasonCode[])('%s says other things in other languages', (code) => {
    for (const part of ['holds', 'fails', 'open'] as const) expect(es.reasons[code][part]).not.toBe(en.reasons[code][part]);
  });
});

describe('likeness', () => {
  const match = (score: number | null, other = 61) => ({ distance: 0.5, score, interEyePx: [168, other] as [number, number] });
  it.each([[87, 'same'], [60, 'same'], [59, 'unsure'], [30, 'unsure'], [29, 'other'], [null, 'unreliable']] as const)('%s means %s', (score, kind) =>
    expect(likeness(match(score))).toBe(kind));
  it('makes no number up', () => {
    expect(similarityLine(match(null, 39.9), en, 'en')).toBe('Not reliable: 39 px between the eyes, 40 needed');
    expect(similarityLine(match(87), en, 'en')).toBe('Similarity 87 of 100, reliable');
  });
});

describe('how sure a value is', () => {
  it.each([[0.99, 'sure'], [0.9, 'fairly'], [0.5, 'unsure'], [null, null]] as const)('%s', (confidence, words) =>
    expect(sureness({ confidence })).toBe(words));
  it('is not rounded up', () => expect([certainty(0.999, 'en'), certainty(1, 'en')]).toEqual(['99%', '100%']));
});

describe('a check', () => {
  const attested = (measured: boolean | null): CheckResult => ({ source: 'attested', value: true, by: 'M. Prats', at: '2026-03-02T09:41:12Z', reason: measured === null ? null : 'Seen with my own eyes', measured, overridden: null });
  const view = (result: CheckResult, attestable = true) => answer({ check: 'liveliness', result, hints: [], attestable });

  it('is asked, overridden, or left as it is', () => {
    expect(view({ source: 'not_performed' })).toBe('ask');
    expect(view({ source: 'not_performed' }, false)).toBe('none');
    expect(view({ source: 'measured', value: false, method: 'm', reasons: [] })).toBe('override');
    expect(view({ source: 'measured', value: false, method: 'm', reasons: [] }, false)).toBe('none');
    expect(view(attested(null))).toBe('ask');
    expect(view(attested(false))).toBe('none');
  });
  it('that was not performed has no value', () => expect(valueOf({ source: 'not_performed' })).toBeNull());
  it('that was overridden says so, with the reason', () => {
    const lines = provenance(attested(false), en, 'en');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('Measured: False, overridden');
    expect(lines[2]).toBe('Reason: Seen with my own eyes');
  });
  it('that was measured names the method in the language, or as it came', () => {
    expect(provenance({ source: 'measured', value: true, method: 'check digits', reasons: [] }, es, 'es')).toEqual(['Medido: dígitos de control']);
    expect(provenance({ source: 'measured', value: true, method: 'toString', reasons: [] }, es, 'es')).toEqual(['Medido: toString']);
  });
  it('that is overridden has its reason on one line', () => {
    expect(reasonLine(' The card\nis punched.\r\n\t\u0007Twice. ')).toBe('The card is punched. Twice.');
    expect(reasonLine('too short')).toBeNull();
    expect(reasonLine('a\n\n\n\n\n\n\n\n\nb')).toBeNull();
  });
  it('that was looked up names the register', () => {
    const lines = provenance({ source: 'looked_up', value: true, register: 'Registro', reference: 'R-1', at: 'then' }, en, 'en');
    expect(lines).toEqual(['Looked up: Registro, then', 'Reference R-1']);
    expect(sourceWords({ from: 'looked_up', register: 'Registro', at: '' }, en, 'en')).toBe('Looked up: Registro, time not transmitted');
  });
});

describe('the zone', () => {
  it('is missed on the side that bears it, until a side has it', () => {
    const view = enrollment('portrait');
    const none = { ...view, readings: view.readings.map((each) => ({ ...each, zone: null })) };
    expect(lacksZone(view, 'document_rear')).toBe(false);
    expect(lacksZone(none, 'document_rear')).toBe(true);
    expect(lacksZone(none, 'document_front')).toBe(false);
    expect(lacksZone({ ...none, documentType: 'PAS' }, 'document_front')).toBe(true);
  });
});

describe('the record', () => {
  it('knows what the station saw', () => {
    for (const event of ['capture_refused', 'capture_overridden', 'corners_moved', 'picture_read', 'field_read', 'faces_compared', 'liveness_judged', 'check_measured', 'check_overridden', 'code_sent', 'code_refused', 'code_returned', 'register_asked'])
      for (const table of [en, es]) expect(eventWords(event, table)).not.toBe(event);
    expect(detail({ key: 'problems', value: '["glare","too_small"]' }, en, 'en')).toMatchObject({ label: 'Reasons', value: 'glare, too small' });
    expect(detail({ key: 'confidence', value: '0.93' }, en, 'en').value).toBe('93%');
    expect(detail({ key: 'source', value: 'mrz' }, es, 'es').value).toBe('Zona');
  });
});

it('the made-up scenes cover every check and can all be made', () => {
  expect(new Set(CHECKS.map(({ check }) => check)).size).toBe(Object.keys(en.checks).length);
  for (const [name, make] of Object.entries(seeingScenes)) expect(make().enrollment, name).not.toBeNull();
});

describe('the review', () => {
  const done = enrollment('review');
  const keys = (view: typeof done, part: 'data' | 'video') => seenLines(view, part, en, 'en').map(({ key, grade }) => `${key} ${grade}`);

  it('is short where all is well', () => {
    expect(keys(done, 'data')).toEqual(['zone good', 'selfie-portrait good']);
    expect(keys(done, 'video')).toEqual(['liveness good', 'video-selfie good', 'video-portrait good']);
  });
  it('says what is not', () => {
    const doubted = {
      ...done,
      readings: done.readings.map((view) => ({ ...view, zoneValid: false })),
      fields: done.fields.map((view, index) => (index === 3 ? { ...view, valid: false } : view)),
      faces: { ...done.faces, selfiePortrait: null, videoSelfie: null, videoPortrait: null, missing: 'no_face' as const },
      liveness: { ...done.liveness, passed: false, warnings: [reason('picked_file', null)] },
    };
    expect(keys(doubted, 'data')).toEqual(['zone warning', 'invalid bad', 'faces warning']);
    expect(keys(doubted, 'video')).toEqual(['liveness bad', 'warning-0 warning']);
  });
  it('takes nothing for granted', () => {
    const unread = { ...done, readings: [], liveness: { ...done.liveness, passed: null } };
    expect(keys(unread, 'data')).toEqual(['selfie-portrait good']);
    expect(keys(unread, 'video')[0]).toBe('liveness open');
  });
});
