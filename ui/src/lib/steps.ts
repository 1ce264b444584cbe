import type { EnrollmentView } from '../api/bindings/EnrollmentView';
import type { ImageKind } from '../api/bindings/ImageKind';
import type { ImageView } from '../api/bindings/ImageView';
import type { Missing } from '../api/bindings/Missing';
import type { ReadingView } from '../api/bindings/ReadingView';
import type { Step } from '../api/bindings/Step';

/** The nearest step in a direction that can be opened now and is needed. */
export function neighbour(enrollment: EnrollmentView, direction: -1 | 1): Step | null {
  const steps = enrollment.steps;
  let at = steps.findIndex((view) => view.step === enrollment.step) + direction;
  for (; at >= 0 && at < steps.length; at += direction) {
    const view = steps[at];
    if (view && view.state !== 'not_needed' && view.reachable) return view.step;
  }
  return null;
}

export function image(enrollment: EnrollmentView, kind: ImageKind): ImageView | null {
  return enrollment.images.find((view) => view.kind === kind) ?? null;
}

export function readingOf(enrollment: EnrollmentView, kind: ImageKind): ReadingView | null {
  return enrollment.readings.find((view) => view.kind === kind) ?? null;
}

/**
 * This side should bear the machine-readable zone, and no side read so far has one. Passports carry it on the page with
 * the portrait, most cards on the rear.
 */
export function lacksZone(enrollment: EnrollmentView, kind: ImageKind): boolean {
  if (enrollment.readings.some((view) => view.zone !== null)) return false;
  return kind === (enrollment.documentType === 'PAS' ? 'document_front' : 'document_rear');
}

/** Where a missing piece is made good. */
export const STEP_OF: Record<Missing, Step> = {
  request: 'request',
  consent: 'consent',
  document_front: 'document_front',
  document_rear: 'document_rear',
  document_photo: 'portrait',
  document_owner: 'selfie',
  video: 'video',
  ocr_data: 'data',
};

export const STEP_OF_IMAGE: Record<ImageKind, Step> = {
  document_front: 'document_front',
  document_rear: 'document_rear',
  document_photo: 'portrait',
  document_owner: 'selfie',
};

/** There is a video, and it is whole: an interrupted one is kept to be looked at, and identifies nobody. */
export function videoWhole({ video }: EnrollmentView): boolean {
  return video !== null && video.interrupted === null;
}

/** The steps whose stage is the camera. */
export function usesCamera(step: Step): boolean {
  return step === 'document_front' || step === 'document_rear' || step === 'selfie' || step === 'video';
}

/** Who is enrolled, as far as the form says. */
export function subjectName(enrollment: EnrollmentView): string {
  const { givenName, surname1, surname2 } = enrollment.form;
  return [givenName, surname1, surname2].filter((part) => part.trim() !== '').join(' ');
}
