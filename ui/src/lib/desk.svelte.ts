/** A part of the review screen that something else asks for, as the button of a failure does. */
export type DeskPart = 'sign_in' | 'papers' | 'completion';

/** What is asked for on the desk. Who shows the part takes the wish away with `met`. */
class DeskWishes {
  part = $state<DeskPart | null>(null);

  ask(part: DeskPart): void {
    this.part = part;
  }

  met(): void {
    this.part = null;
  }
}

export const deskWishes = new DeskWishes();
