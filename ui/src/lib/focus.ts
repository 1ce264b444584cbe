import { tick } from 'svelte';

/** Puts the focus on the first of these that is there, once the screen stands: what had it is gone. */
export async function focusOn(...selectors: string[]): Promise<void> {
  await tick();
  for (const selector of selectors) {
    const found = document.querySelector<HTMLElement>(`${selector}:not(:disabled)`);
    if (found) return found.focus();
  }
}

/** The focus went with what had it: the heading takes it, so that neither the reader nor the keyboard loses the place. */
export async function keepFocus(): Promise<void> {
  await tick();
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) await focusOn('[data-heading]');
}
