import type { ImageKind } from '../../api/bindings/ImageKind';
import { WHOLE, type View } from '../../lib/viewer';

/** How the officer looks at two pictures; kept while another tab is shown. */
export class Looking {
  readonly kinds: readonly [ImageKind, ImageKind];
  views = $state<[View, View]>([WHOLE, WHOLE]);
  /** The picture that the tools act on, and the one that shows where only one does. */
  current = $state<0 | 1>(0);
  beside = $state(false);
  /** Side by side, both are zoomed and moved together. */
  together = $state(true);
  lens = $state(false);

  constructor(kinds: readonly [ImageKind, ImageKind], beside: boolean) {
    this.kinds = kinds;
    this.beside = beside;
  }

  /** Takes over a view; the other picture follows in size and place, not in how it is turned. */
  look(at: 0 | 1, view: View): void {
    this.current = at;
    this.views[at] = view;
    if (!this.beside || !this.together) return;
    const other = at === 0 ? 1 : 0;
    this.views[other] = { ...view, turn: this.views[other].turn };
  }

  /** Turns one picture only: which way up it lies is its own. */
  turn(at: 0 | 1, view: View): void {
    this.current = at;
    this.views[at] = view;
  }
}
