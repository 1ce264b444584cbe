import { describe, expect, it } from 'vitest';
import type { CompletionField } from '../src/api/bindings/CompletionField';
import type { Obstacle } from '../src/api/bindings/Obstacle';
import type { RequestAction } from '../src/api/bindings/RequestAction';
import type { ReviewedRequest } from '../src/api/bindings/ReviewedRequest';
import { decideScenes } from '../src/api/fixture/decide-scenes';
import { review } from '../src/api/fixture/review-scenes';
import * as decide from '../src/lib/decide';

function shown(scene: string) {
  const view = decideScenes[scene]?.().desk?.review;
  if (!view) throw new Error(`no scene ${scene}`);
  return view;
}

describe('what is offered', () => {
  it('puts the suggestion first, what is possible next, and the rest apart', () => {
    const { primary, others, impossible } = decide.arrange(shown('desk-validate'));
    expect(primary?.action).toBe('validate');
    expect(others.map((view) => view.action)).toEqual(['approve', 'refuse', 'cancel']);
    expect(impossible.map((view) => view.action)).toEqual(['complete', 'link', 'send_evidence', 'recapture']);
  });
  it('keeps a suggestion first that an obstacle stands before, so that its reason is read', () => {
    expect(decide.arrange(shown('desk-separation')).primary).toEqual({ action: 'validate', obstacle: 'captured_by_you' });
  });
  it('offers nothing first that the state does not allow', () => {
    const view = { ...shown('desk-cancelled'), suggested: 'approve' as const };
    const { primary, others, impossible } = decide.arrange(view);
    expect([primary, others, impossible.length]).toEqual([null, [], decide.OFFERED.length]);
  });
  it('takes what the session does not name for not allowed', () => {
    expect(decide.obstacleOf({ actions: [] }, 'approve')).toBe('wrong_state');
  });
  it('is busy only as a whole', () => {
    expect(decide.busy([{ action: 'approve', obstacle: 'busy' }, { action: 'cancel', obstacle: 'busy' }])).toBe(true);
    expect(decide.busy([{ action: 'approve', obstacle: 'busy' }, { action: 'cancel', obstacle: null }])).toBe(false);
    expect(decide.busy([])).toBe(false);
  });
});

describe('what opens for an action', () => {
  it.each<[RequestAction, Obstacle | null, ReturnType<typeof decide.partFor>]>([
    ['validate', 'not_signed_in', 'sign_in'],
    ['refuse', 'not_signed_in', 'sign_in'],
    ['validate', 'papers_not_shown', 'papers'],
    // Read before: they are shown again, and the confirmation with them.
    ['approve', null, 'papers'],
    ['refuse', null, 'refuse'],
    ['cancel', null, 'cancel'],
    ['recapture', null, 'recapture'],
    ['complete', null, 'complete'],
    ['link', null, 'at_once'],
    ['send_evidence', null, 'at_once'],
    ['update', null, null],
  ])('%s with %s: %s', (action, obstacle, part) => expect(decide.partFor(action, obstacle)).toBe(part));

  it.each<Obstacle>(['wrong_state', 'busy', 'outcome_unknown', 'captured_by_you', 'fields_missing'])(
    'nothing opens past %s',
    (obstacle) => {
      for (const action of decide.OFFERED) expect(decide.partFor(action, obstacle)).toBeNull();
    },
  );
});

it('no irreversible decision is taken at once', () => {
  const irreversible: decide.Irreversible[] = ['validate', 'approve', 'refuse', 'cancel', 'recapture'];
  for (const action of irreversible) expect(decide.partFor(action, null)).not.toBe('at_once');
});

it.each<[string, decide.Waiting]>([
  ['desk-validate', 'validate'],
  ['desk-validated', 'approve'],
  ['desk-one-step', 'approve'],
  ['desk-complete', 'complete'],
  ['desk-evidence', 'incomplete'],
  ['desk-evidence-error', 'error'],
  ['desk-refused', 'recapture'],
  ['desk-approved', 'link'],
  ['desk-cancelled', 'cancelled'],
  ['desk-issued', 'issued'],
  ['desk-unknown-state', 'unknown'],
  ['desk-outcome-unknown', 'outcome'],
])('%s waits for: %s', (scene, waiting) => expect(decide.waiting(shown(scene))).toBe(waiting));

it('an inherited property is no state', () => {
  const view = shown('desk-cancelled');
  expect(decide.waiting({ ...view, request: view.request && { ...view.request, state: 'constructor' } })).toBe('unknown');
  expect(decide.waiting({ ...view, request: null })).toBe('reading');
});

it('tells what a decision led to', () => {
  const led = (action: RequestAction, state: string, organisation = false) =>
    decide.outcome({ action, state, videoidState: null, foundByReading: false, at: '' }, organisation);
  expect(led('validate', 'VIDEOREVIEW')).toBe('validate');
  expect(led('validate', 'ENROLLREADY')).toBe('validate_approved');
  expect(led('validate', 'CREATED', true)).toBe('validate_complete');
  expect(led('approve', 'ENROLLREADY', true)).toBe('approve');
  expect(led('complete', 'CREATED', true)).toBe('other');
  expect(decide.saidTwice('refuse', 'recapture')).toBe(true);
  expect(decide.saidTwice('validate', 'approve')).toBe(false);
});

describe('who captured it', () => {
  const request = {
    ...(review().request as ReviewedRequest),
    capturedBy: { name: 'M. Prats', raoId: '1400' }, identificationRao: '1400',
  };
  const rao = { username: 'm.prats', raoId: '1400', locksAt: '' };
  it('the operator, by name or number', () => {
    expect(decide.captor(request, { name: ' m. prats ', raoId: null }, rao)).toBe('operator');
    expect(decide.captor(request, { name: 'Other', raoId: '1400' }, null)).toBe('operator');
  });
  it('the officer who signed in, where the operator is another', () => {
    expect(decide.captor(request, { name: 'Other', raoId: '1401' }, rao)).toBe('officer');
    expect(decide.captor({ ...request, capturedBy: null }, { name: 'Other', raoId: null }, rao)).toBe('officer');
  });
  it('no name is not the same name', () => {
    expect(decide.captor({ ...request, capturedBy: null }, null, rao)).toBe('officer');
  });
});

describe('reading to the end', () => {
  it('a short paper is read at once', () => {
    expect(decide.atEnd({ scrollTop: 0, clientHeight: 600, scrollHeight: 600 })).toBe(true);
  });
  it('a long one when its end is on the screen, give or take a few pixels', () => {
    expect(decide.atEnd({ scrollTop: 0, clientHeight: 600, scrollHeight: 2000 })).toBe(false);
    expect(decide.atEnd({ scrollTop: 1380, clientHeight: 600, scrollHeight: 2000 })).toBe(false);
    expect(decide.atEnd({ scrollTop: 1399.4, clientHeight: 600, scrollHeight: 2000 })).toBe(true);
  });
  it('what has no room on the screen was not read', () => {
    expect(decide.atEnd({ scrollTop: 0, clientHeight: 0, scrollHeight: 0 })).toBe(false);
  });
});

it('the page that takes up most of the view is counted', () => {
  const at = (top: number) => decide.pageInView([1000, 1000, 500], 16, top, 600);
  expect([at(0), at(700), at(800), at(1640), at(2000)]).toEqual([1, 1, 2, 2, 3]);
  expect(decide.pageInView([], 16, 0, 600)).toBe(1);
});

it('zoom has steps and ends', () => {
  expect(decide.zoomed(1, 1)).toBe(1.25);
  expect(decide.zoomed(1, -1)).toBe(0.75);
  expect(decide.zoomed(3, 1)).toBe(3);
  expect(decide.zoomed(0.5, -1)).toBe(0.5);
});

it('reasons keep the order of the list, and only what is listed counts', () => {
  expect(decide.chosenReasons(['a', 'b', 'c'], ['c', 'x', 'a'])).toEqual(['a', 'c']);
});

describe('completing', () => {
  const field = (key: string, value: string, more: Partial<CompletionField> = {}): CompletionField => ({
    key, value, missing: false, locked: false, ...more,
  });
  const fields = [
    field('given_name', 'Ana', { locked: true }),
    field('organization_name', 'Specimen'),
    field('organization_city', '', { missing: true }),
    field('organization_country', '', { missing: true }),
  ];
  it('sends what changed, trimmed, and never what is locked', () => {
    expect(
      decide.changes(fields, { given_name: 'Eva', organization_name: ' Specimen ', organization_city: ' Vic ' }),
    ).toEqual({ organization_city: 'Vic' });
  });
  it('an emptied field is a change', () => {
    expect(decide.changes(fields, { organization_name: '' })).toEqual({ organization_name: '' });
  });
  it('spaces fill nothing in', () => {
    expect(decide.stillMissing(fields, { organization_city: '  ', organization_country: 'ES' })).toEqual(['organization_city']);
  });
  it('shows what was identified, whatever was typed', () => {
    expect(decide.value(fields[0] as CompletionField, { given_name: 'Eva' })).toBe('Ana');
  });
});

it('names languages in the reader’s language', () => {
  expect(decide.languageName('it', 'en')).toBe('Italian');
  expect(decide.languageName('es', 'es')).toBe('Español');
  expect(decide.languageName('not a language', 'en')).toBe('not a language');
});

it('every made-up review lists every action once', () => {
  for (const [name, scene] of Object.entries(decideScenes)) {
    const actions = scene().desk?.review?.actions.map((view) => view.action) ?? [];
    expect(new Set(actions).size, name).toBe(9);
    expect(actions.length, name).toBe(9);
  }
});
