import { describe, expect, it } from 'vitest';
import { intent, type Focus, type Key } from '../src/lib/keys';

function press(key: string, more: Partial<Key> = {}): Key {
  return { key, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, repeat: false, ...more };
}

describe('keys', () => {
  it.each<[string, Partial<Key>, Focus, string | null]>([
    ['Enter', {}, 'none', 'primary'],
    ['Enter', {}, 'text', 'primary'],
    ['Enter', {}, 'button', null],
    ['Enter', {}, 'choice', null],
    ['Enter', {}, 'area', null],
    ['Enter', { repeat: true }, 'none', null],
    ['Enter', { ctrlKey: true }, 'none', null],
    [' ', {}, 'none', 'shutter'],
    [' ', {}, 'text', null],
    [' ', {}, 'button', null],
    [' ', { repeat: true }, 'none', null],
    ['ArrowLeft', { ctrlKey: true }, 'none', 'back'],
    ['ArrowRight', { ctrlKey: true }, 'button', 'forth'],
    ['ArrowRight', { altKey: true }, 'text', 'forth'],
    ['ArrowLeft', { ctrlKey: true }, 'text', null],
    ['ArrowLeft', {}, 'none', null],
    ['ArrowLeft', { ctrlKey: true, altKey: true }, 'none', null],
    ['ArrowLeft', { ctrlKey: true, shiftKey: true }, 'none', null],
    ['Escape', {}, 'text', 'escape'],
    ['Escape', { metaKey: true }, 'none', null],
    ['a', {}, 'none', null],
  ])('%s %j with the focus on %s means %s', (key, more, focus, meaning) =>
    expect(intent(press(key, more), focus)).toBe(meaning),
  );
});
