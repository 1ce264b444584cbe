import { isFailure } from '../../lib/failure';
import { session } from '../../lib/session.svelte';

/** The path that was chosen in the system's dialogue; null where none was, with the reason shown if it failed. */
export async function pick(dialogue: () => Promise<string | null>): Promise<string | null> {
  if (session.picking) return null;
  session.picking = true;
  session.dismiss();
  try {
    return await dialogue();
  } catch (reason) {
    session.failure = isFailure(reason)
      ? reason
      : {
          code: 'internal',
          detail: reason instanceof Error ? reason.message : String(reason),
          providerId: null,
          httpStatus: null,
          retryable: true,
        };
    return null;
  } finally {
    session.picking = false;
  }
}
