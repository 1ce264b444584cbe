import type { Failure } from '../api/bindings/Failure';
import { t } from '../i18n';

/** Whether a rejection is the session's own, or came from the way to it. */
export function isFailure(reason: unknown): reason is Failure {
  if (typeof reason !== 'object' || reason === null) return false;
  const code: unknown = (reason as { code?: unknown }).code;
  return typeof code === 'string' && Object.hasOwn(t.failures, code);
}
