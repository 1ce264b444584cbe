import { tick } from 'svelte';

/** Where the focus went with what had it, it comes back to `opener`, or to the words about where the request stands. */
export async function regainFocus(opener: Element | null = null): Promise<void> {
  await tick();
  if (!lost()) return;
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  if (lost()) document.querySelector<HTMLElement>('[data-decide-home]')?.focus();
}

function lost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
