import type { Command } from './bindings/Command';
import type { FailureCode } from './bindings/FailureCode';
import type { GuidanceView } from './bindings/GuidanceView';
import type { Presentation } from './bindings/Presentation';
import type { Snapshot } from './bindings/Snapshot';

export type Presentations = Record<FailureCode, Presentation>;

/** One preview frame: its sequence number in the camera's stream and the JPEG. */
export interface PreviewFrame {
  sequence: number;
  picture: Blob;
}

/** One picture of the video under review: its place in the video and the JPEG. */
export interface VideoPicture {
  atMs: number;
  picture: Blob;
}

/** All that the screens ask of what is behind them. */
export interface Transport {
  /** Rejects with a `Failure`. */
  dispatch(command: Command): Promise<void>;
  snapshot(): Promise<Snapshot>;
  onSnapshot(listener: (snapshot: Snapshot) => void): Promise<() => void>;
  /** What to do before the camera, up to 15 times a second; null when nothing is guided. */
  onGuidance(listener: (guidance: GuidanceView | null) => void): Promise<() => void>;
  /** How each failure is presented; the words are the UI's own. */
  presentations(): Promise<Presentations>;
  /** Path of the chosen file, null when the dialogue was closed without a choice. */
  pickVideo(): Promise<string | null>;
  /** Path of a document to attach, null when none was chosen. */
  pickDocument(): Promise<string | null>;
  /** Path to write the contract to, null when the dialogue was closed without a choice. */
  pickSave(suggested: string): Promise<string | null>;
  openLink(url: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** The newest frame after `after`, or null when there is none yet. `width` in pixels is a wish. */
  previewFrame(after: number, width: number, signal: AbortSignal): Promise<PreviewFrame | null>;
  /** The picture of the reviewed video that is shown at `atMs`; null when there is none. `width` is a wish. */
  videoPicture(id: string, atMs: number, width: number, signal: AbortSignal): Promise<VideoPicture | null>;
  /** Address of an accepted picture; `kind` is `pending` for the capture that waits for a decision. */
  pictureUrl(caseId: string, kind: string, id: string): string;
}
