import type { Snapshot } from '../api/bindings/Snapshot';

/** Which screen a snapshot shows: `station`, `CASE/STEP`, `desk`, `desk/PK`. None before the first snapshot. */
export function placeOf(snapshot: Snapshot | null): string | null {
  if (snapshot === null) return null;
  const { enrollment, desk } = snapshot;
  if (enrollment) return `${enrollment.caseId}/${enrollment.step}`;
  if (desk) return desk.review ? `desk/${desk.review.pk}` : 'desk';
  return 'station';
}
