import type { DeliveryPart } from '../api/bindings/DeliveryPart';
import type { DeliveryView } from '../api/bindings/DeliveryView';
import type { Failure } from '../api/bindings/Failure';
import { percent } from './format';

/** What the screen says of a delivery under way. */
export interface Progress {
  part: DeliveryPart;
  sent: number;
  total: number;
  percent: number;
  rate: number;
  secondsLeft: number | null;
  attempt: number;
  waitingAfter: Failure | null;
}

export function progress(sending: Extract<DeliveryView, { state: 'sending' }>): Progress {
  return {
    part: sending.part,
    sent: sending.sent_bytes,
    total: sending.total_bytes,
    percent: percent(sending.sent_bytes, sending.total_bytes),
    rate: sending.rate,
    secondsLeft: sending.seconds_left,
    attempt: sending.attempt,
    waitingAfter: sending.waiting_after,
  };
}
