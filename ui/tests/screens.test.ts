import type { ComponentProps } from 'svelte';
import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import type { FieldView } from '../src/api/bindings/FieldView';
import { FIELDS, LIVENESS, FACES, READINGS } from '../src/api/fixture/seeing';
import { seeingScenes } from '../src/api/fixture/seeing-scenes';
import CodePanel from '../src/components/CodePanel.svelte';
import FieldRow from '../src/components/FieldRow.svelte';
import Likeness from '../src/components/Likeness.svelte';
import LivenessResult from '../src/components/LivenessResult.svelte';
import ReadingFacts from '../src/components/ReadingFacts.svelte';
import VideoResult from '../src/components/VideoResult.svelte';
import { en } from '../src/i18n/en';
import { es } from '../src/i18n/es';
import { seenLines } from '../src/lib/seeing';
import { videoWhole } from '../src/lib/steps';

/** What a component says, without its tags. */
const words = (body: string) => body.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();

describe('an interrupted video', () => {
  const scene = (name: string) => seeingScenes[name]?.().enrollment ?? expect.fail(name);

  it.each([
    ['video-interrupted', 'camera_disconnected'],
    ['video-closed', 'program_closed'],
  ] as const)('of %s says why, and that it is to be recorded again', (name, cause) => {
    const { video } = scene(name);
    if (!video) expect.fail('no video');
    const { body } = render(VideoResult, { props: { video, simulated: false } });
    expect(words(body)).toContain(en.video.brokenTitle);
    expect(words(body)).toContain(`${en.failures[cause].title}. ${en.video.broken}`);
    expect(words(body)).not.toContain(en.video.resultTitle);
    expect(body).not.toContain(`>${cause}`);
  });
  it('is not done, and nobody judges it', () => {
    const broken = scene('review-interrupted');
    expect(videoWhole(broken)).toBe(false);
    expect(seenLines(broken, 'video', es, 'es')).toEqual([]);
    expect(videoWhole(scene('video-judged'))).toBe(true);
  });
});

describe('a code', () => {
  const panel = (left: number) => render(CodePanel, { props: { code: { state: 'expired' }, left } }).body;

  it('can be sent again while there are some left', () => {
    expect(panel(2)).not.toMatch(/<button[^>]*disabled/);
    expect(words(panel(2))).toContain(en.seeing.code.left('2'));
  });
  it('cannot when none is, and says so', () => {
    expect(panel(0)).toMatch(/<button[^>]*data-testid="code-send"[^>]*disabled/);
    expect(words(panel(0))).not.toContain(en.seeing.code.left('0'));
    expect(words(panel(0))).toContain(en.seeing.code.noneLeft);
  });
});

describe('a field', () => {
  const row = (field: FieldView['field'], more: Partial<FieldView>) => {
    const view = FIELDS.find((each) => each.field === field) ?? expect.fail(field);
    return render(FieldRow, { props: { view: { ...view, suggestion: null, ...more }, onrefused: () => {} } satisfies ComponentProps<typeof FieldRow> }).body;
  };

  it.each(['given_name', 'sex', 'nationality', 'id_document_country'] as const)('%s has no digit that could fail', (field) => {
    expect(words(row(field, { valid: false }))).toContain(en.seeing.fields.uncertain);
    expect(words(row(field, { valid: false }))).not.toContain(en.seeing.fields.invalid);
  });
  it.each(['serial_number', 'id_document_number', 'birth_date', 'id_document_validity'] as const)('%s has', (field) =>
    expect(words(row(field, { valid: false }))).toContain(en.seeing.fields.invalid));
  it('with a date shows the month as a word', () => {
    expect(words(row('birth_date', { document: '03/12/1985' }))).toContain('December 3, 1985');
    expect(row('birth_date', { document: '' })).toContain(`placeholder="${en.seeing.fields.dateForm}"`);
  });
});

describe('what is announced', () => {
  it.each([
    ['what was read', render(ReadingFacts, { props: { reading: READINGS[1] ?? expect.fail(), zoneExpected: true, faceExpected: false } }).body, en.seeing.reading.zoneValid],
    ['the likeness', render(Likeness, { props: { faces: { ...FACES, videoSelfie: null, videoPortrait: null } } }).body, 'Selfie and document: Similarity 87 of 100, reliable'],
    ['the video', render(LivenessResult, { props: { caseId: 'case', liveness: { ...LIVENESS, frames: [] } } }).body, en.seeing.liveness.passed],
  ])('of %s is one line', (_, body, line) => {
    const regions = [...body.matchAll(/<(\w+)[^>]*role="status"[^>]*>([\s\S]*?)<\/\1>/g)];
    expect(regions.map(([, , inner]) => words(inner ?? ''))).toEqual([line]);
  });
});
