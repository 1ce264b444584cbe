/** What a key means on any screen, apart from what the focused control does with it itself. */
export type Intent = 'primary' | 'shutter' | 'back' | 'forth' | 'escape';

export interface Key {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
}

/** The kind of control that has the focus. */
export type Focus = 'none' | 'text' | 'choice' | 'button' | 'area';

export function intent(key: Key, focus: Focus): Intent | null {
  if (key.metaKey) return null;
  if (key.key === 'Escape') return 'escape';
  if (key.key === 'ArrowLeft' || key.key === 'ArrowRight') {
    if (key.shiftKey || key.ctrlKey === key.altKey) return null;
    // Ctrl+arrow moves by words in a text: there only Alt changes the step.
    if (key.ctrlKey && (focus === 'text' || focus === 'area')) return null;
    return key.key === 'ArrowLeft' ? 'back' : 'forth';
  }
  if (key.ctrlKey || key.altKey || key.shiftKey || key.repeat) return null;
  // A button or a list does with Enter and Space what it always does.
  if (key.key === 'Enter') return focus === 'none' || focus === 'text' ? 'primary' : null;
  if (key.key === ' ') return focus === 'none' ? 'shutter' : null;
  return null;
}

export function focusOf(element: Element | null): Focus {
  if (!element) return 'none';
  const name = element.tagName.toLowerCase();
  if (name === 'textarea' || (element as HTMLElement).isContentEditable) return 'area';
  if (name === 'select') return 'choice';
  if (name === 'button' || name === 'a' || name === 'summary') return 'button';
  if (name !== 'input') return 'none';
  const type = (element as HTMLInputElement).type;
  return type === 'checkbox' || type === 'radio' ? 'choice' : 'text';
}
