import type { Failure } from '../api/bindings/Failure';
import type { FailureAction } from '../api/bindings/FailureAction';
import { deskWishes } from './desk.svelte';
import { session } from './session.svelte';
import { STEP_OF } from './steps';

/** Carries out the one action that helps. `retry` is what the same again means where the failure is shown. */
export async function recover(failure: Failure, action: FailureAction, retry: () => unknown): Promise<void> {
  session.dismiss();
  const enrollment = session.enrollment;
  switch (action) {
    case 'retry':
      await retry();
      return;
    case 'open_camera':
      await session.dispatch({ type: 'open_camera', device: session.snapshot?.camera.chosen ?? null }, { quiet: true });
      return;
    case 'choose_camera':
      await session.dispatch({ type: 'list_cameras' }, { quiet: true });
      if (failure.code === 'camera_format') focus('camera-select');
      else await session.dispatch({ type: 'open_camera', device: null }, { quiet: true });
      return;
    case 'retake':
    case 'record_again':
      if (enrollment?.pending) await session.dispatch({ type: 'retake' });
      // A picture that came damaged may have stopped the camera too.
      if (session.snapshot?.camera.state.state !== 'live')
        await session.dispatch({ type: 'open_camera', device: session.snapshot?.camera.chosen ?? null }, { quiet: true });
      return;
    case 'pick_another_file':
      // At the desk the file is a document that completes a request.
      if (session.snapshot?.desk) deskWishes.ask('completion');
      else await session.pickVideo();
      return;
    case 'check_station':
      await toStation();
      await session.dispatch({ type: 'check_station' });
      return;
    case 'choose_operator':
      await toStation();
      focus(failure.code === 'operator_missing' ? 'operator-name' : 'operator-rao-id');
      return;
    case 'edit_request':
      if (session.snapshot?.desk) await correctAtDesk();
      else await session.goTo('request');
      return;
    case 'ask_consent':
      await session.goTo('consent');
      return;
    case 'show_missing': {
      const missing = enrollment?.missing[0];
      if (missing) await session.goTo(STEP_OF[missing]);
      return;
    }
    case 'refresh_request':
      if (session.snapshot?.desk?.review) await session.desk({ type: 'refresh_review' });
      else await session.dispatch({ type: 'refresh_request' });
      return;
    case 'sign_in':
      deskWishes.ask('sign_in');
      return;
    case 'show_papers':
      deskWishes.ask('papers');
      return;
    case 'complete_request':
      deskWishes.ask('completion');
      return;
    case 'none':
      return;
  }
}

async function toStation(): Promise<void> {
  if (session.enrollment) await session.dispatch({ type: 'leave_enrollment' });
  else if (session.snapshot?.desk) await session.desk({ type: 'close' });
}

/** What can be corrected at the desk is an organisation's data, or the number by which a request is looked for. */
async function correctAtDesk(): Promise<void> {
  const review = session.snapshot?.desk?.review;
  if (review?.completion) deskWishes.ask('completion');
  else {
    if (review) await session.desk({ type: 'close_review' });
    focus('open-number');
  }
}

function focus(testid: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)?.focus());
}
