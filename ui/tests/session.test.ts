import { describe, expect, it } from 'vitest';
import { desk, queue } from '../src/api/fixture/queue-scenes';
import { review, reviewing } from '../src/api/fixture/review-scenes';
import { base, enrollment } from '../src/api/fixture/snapshots';
import { progress } from '../src/lib/delivery';
import { isFailure } from '../src/lib/failure';
import { newest } from '../src/lib/ordering';
import { placeOf } from '../src/lib/place';
import { neighbour } from '../src/lib/steps';

describe('snapshots', () => {
  it('the first one counts', () => expect(newest(null, { revision: 3 })).toEqual({ revision: 3 }));
  it('a newer one replaces, an older or equal one does not', () => {
    const held = { revision: 5, words: 'held' };
    expect(newest(held, { revision: 6, words: 'new' }).words).toBe('new');
    expect(newest(held, { revision: 5, words: 'again' })).toBe(held);
    expect(newest(held, { revision: 4, words: 'late' })).toBe(held);
  });
  it('arriving in any order they end with the newest', () => {
    const arrived = [2, 5, 1, 4, 3].map((revision) => ({ revision }));
    expect(arrived.reduce<{ revision: number } | null>((held, next) => newest(held, next), null)?.revision).toBe(5);
  });
});

describe('back and forth', () => {
  it('skips what is not needed and what cannot be opened', () => {
    const view = enrollment('document_front');
    expect(neighbour(view, -1)).toBe('consent');
    expect(neighbour(view, 1)).toBe('document_rear');
    const passport = {
      ...view,
      steps: view.steps.map((step) => ({
        ...step,
        state: step.step === 'document_rear' ? ('not_needed' as const) : step.state,
        reachable: true,
      })),
    };
    expect(neighbour(passport, 1)).toBe('portrait');
    const closed = { ...view, steps: view.steps.map((step) => ({ ...step, reachable: step.step === 'document_front' })) };
    expect(neighbour(closed, 1)).toBeNull();
    expect(neighbour(closed, -1)).toBeNull();
  });
});

it('knows a failure of the session from any other rejection', () => {
  expect(isFailure({ code: 'disk_full', detail: null, providerId: null, httpStatus: null, retryable: true })).toBe(true);
  expect(isFailure({ code: 'ENOENT' })).toBe(false);
  expect(isFailure('command dispatch not found')).toBe(false);
  expect(isFailure(null)).toBe(false);
});

it('tells how far a delivery is', () => {
  const view = progress({
    state: 'sending', part: 'video', sent_bytes: 50, total_bytes: 200, rate: 10, seconds_left: 15, attempt: 2, waiting_after: null,
  });
  expect(view).toMatchObject({ percent: 25, sent: 50, total: 200, secondsLeft: 15, attempt: 2 });
});

it('knows which screen a snapshot shows', () => {
  expect(placeOf(null)).toBeNull();
  expect(placeOf(base())).toBe('station');
  expect(placeOf({ ...base(), enrollment: enrollment('video') })).toBe('c-7f3a/video');
  expect(placeOf(desk(queue(3)))).toBe('desk');
  expect(placeOf(reviewing(review({ pk: '46759' })))).toBe('desk/46759');
});
